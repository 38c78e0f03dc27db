// SPDX-License-Identifier: MIT
// Numbers as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Returns a count: `1,204`; `0.25` and `4.5` keep what is behind the point. */
export function count(value) {
  return Math.abs(value) < 100 ? short.format(value) : whole.format(value);
}

/** Returns bytes in the unit that suits them: `1.2 MB`. */
export function bytes(value) {
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${short.format(value)} ${units[unit]}`;
}

/** Returns a duration of so many seconds: `820 µs`, `1.2 ms`, `3.4 s`, `2 min`, `5 h`, `3 d`. */
export function duration(seconds) {
  if (seconds === undefined || seconds === null) return '–';
  if (seconds === 0) return '0 s';
  if (seconds < 0.9995e-3) return `${short.format(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${short.format(seconds * 1e3)} ms`;
  if (seconds < 120) return `${short.format(seconds)} s`;
  if (seconds < 7200) return `${whole.format(seconds / 60)} min`;
  if (seconds < 172800) return `${whole.format(seconds / 3600)} h`;
  return `${whole.format(seconds / 86400)} d`;
}

/** Returns a part of a whole in per cent; a dash where there is no whole. */
export function share(part, all) {
  return all > 0 ? `${short.format((100 * part) / all)}%` : '–';
}
