// SPDX-License-Identifier: MIT
// Bundles src/ into a folder: two pages with their scripts and styles, each also compressed by
// gzip, and an assembler file and a table by which src/web embeds them into the binary.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const out = resolve(process.argv[2] ?? 'dist');
const pages = { 'index.html': '/', 'admin.html': '/admin' };
const contentTypes = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

const result = await build({
  entryPoints: { 'assets/app': 'src/app.jsx', 'admin/admin': 'src/admin/main.jsx' },
  bundle: true,
  minify: true,
  write: false,
  outdir: out,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"' },
});

const icon = await readFile('src/icon.svg');
const files = new Map([
  ['index.html', await readFile('src/index.html')],
  ['assets/icon.svg', icon],
  ['admin.html', await readFile('src/admin/index.html')],
  ['admin/icon.svg', icon],
]);
for (const file of result.outputFiles) {
  // GraphiQL brings 300 kB of fonts inside its style sheet; app.css names those of the system.
  const bytes = file.path.endsWith('.css')
    ? Buffer.from(file.text.replace(/@font-face\{[^}]*\}/g, ''))
    : Buffer.from(file.contents);
  files.set(relative(out, file.path), bytes);
}

await rm(out, { recursive: true, force: true });
for (const folder of ['assets', 'admin']) await mkdir(`${out}/${folder}`, { recursive: true });
let assembler = '.section .rodata\n';
let table = '// X(number, path, content type, ETag, size, compressed size)\n';
const embed = (symbol, path) => `.global ${symbol}\n${symbol}:\n.incbin "${out}/${path}"\n`;
for (const [index, [name, bytes]] of [...files].entries()) {
  const compressed = gzipSync(bytes, { level: 9 });
  await writeFile(`${out}/${name}`, bytes);
  await writeFile(`${out}/${name}.gz`, compressed);
  assembler += embed(`fraiseql_asset_${index}`, name);
  assembler += embed(`fraiseql_asset_${index}_gzip`, `${name}.gz`);
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const path = pages[name] ?? `/${name}`;
  const type = contentTypes[name.split('.').pop()];
  const texts = [path, type, `"${etag}"`].map((text) => JSON.stringify(text));
  table += `X(${index}, ${texts.join(', ')}, ${bytes.length}, ${compressed.length})\n`;
  console.log(`${name}: ${bytes.length} bytes, ${compressed.length} compressed`);
}
await writeFile(`${out}/assets.S`, `${assembler}.section .note.GNU-stack,"",@progbits\n`);
await writeFile(`${out}/assets.inc`, table);
