// SPDX-License-Identifier: MIT
// The samples of the server as the charts want them.

export const mostSeconds = 300;

/** Returns `samples` with `more` behind them, without those that are older than five minutes. */
export function append(samples, more) {
  if (more.length === 0) return samples;
  const latest = more[more.length - 1].at;
  const all = [...samples, ...more.filter(({ at }) => at > (samples.at(-1)?.at ?? 0))];
  return all.filter(({ at }) => at > latest - mostSeconds * 1000).slice(-mostSeconds);
}

/** Returns uPlot's columns: the seconds, then what each of `readers` finds in the samples. */
export function columns(samples, readers) {
  const at = samples.map((sample) => sample.at / 1000);
  return [at, ...readers.map((read) => samples.map((sample) => read(sample) ?? null))];
}

/** Returns the mean of what `read` finds in the last `seconds` samples; nothing of nothing. */
export function recent(samples, read, seconds = 10) {
  const values = samples.slice(-seconds).map(read).filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  return values.reduce((a, b) => a + b, 0) / values.length;
}
