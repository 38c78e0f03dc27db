// SPDX-License-Identifier: MIT
// A chart of the last five minutes.
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { columns, mostSeconds } from './series.js';

const height = 170;
const fewestSeconds = 60;
const dark = matchMedia('(prefers-color-scheme: dark)');

/** Counts up whenever the colours of the page change. */
function useScheme() {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const change = () => setCount((before) => before + 1);
    dark.addEventListener('change', change);
    return () => dark.removeEventListener('change', change);
  }, []);
  return count;
}

/**
 * Draws `series`, each {name, read, color, fill}, of the samples; `format` writes their values.
 * What is seen is also said: `title`, and each name with its last value.
 */
export function Chart({ title, samples, series, format }) {
  const place = useRef();
  const plot = useRef();
  const scheme = useScheme();
  useEffect(() => {
    const style = getComputedStyle(place.current);
    const color = (name) => style.getPropertyValue(`--${name}`).trim();
    const font = `11px ${style.fontFamily}`;
    const axis = { stroke: color('muted'), grid: { stroke: color('grid'), width: 1 }, font };
    const options = {
      width: place.current.clientWidth,
      height,
      cursor: { y: false, points: { size: 6 } },
      legend: { show: false },
      padding: [8, 14, 0, 0],
      scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.15 : 1] } },
      axes: [
        { ...axis, ticks: { show: false }, values: (_, at) => at.map(clock), space: 70, size: 30 },
        {
          ...axis,
          ticks: { show: false },
          size: 62,
          values: (_, all) => all.map((value) => format(value)),
        },
      ],
      series: [
        {},
        ...series.map(({ color: name, fill }) => ({
          stroke: color(name),
          width: 1.75,
          fill: fill ? color(`${name}-soft`) : undefined,
          points: { show: false },
          spanGaps: false,
        })),
      ],
    };
    plot.current = new uPlot(options, columns(samples, []), place.current);
    const watch = new ResizeObserver(([{ contentRect }]) =>
      plot.current?.setSize({ width: Math.floor(contentRect.width), height }),
    );
    watch.observe(place.current);
    draw();
    return () => {
      watch.disconnect();
      plot.current.destroy();
      plot.current = undefined;
    };
  }, [scheme]);
  const draw = () => {
    const data = columns(samples, series.map(({ read }) => read));
    const latest = data[0].at(-1) ?? Date.now() / 1000;
    plot.current.batch(() => {
      plot.current.setData(data, false);
      const first = Math.min(data[0][0] ?? latest, latest - fewestSeconds);
      plot.current.setScale('x', { min: Math.max(first, latest - mostSeconds), max: latest });
    });
  };
  useEffect(() => {
    if (plot.current) draw();
  }, [samples]);
  const last = samples.at(-1);
  const said = series.map(({ name, read }) => `${name} ${say(last && read(last), format)}`);
  return (
    <figure className="chart">
      <figcaption>
        <h2>{title}</h2>
        <ul>
          {series.map(({ name, read, color }) => (
            <li key={name} className={`key-${color}`}>
              {name} <b>{say(last && read(last), format)}</b>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}, last five minutes: ${said.join(', ')}`} />
    </figure>
  );
}

const say = (value, format) => (value === undefined || value === null ? '–' : format(value));

const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
