/** Line charts as SVG inside the page: values over steps, with axes, ticks and a legend. */
import { type Html, html, nothing } from "./html.ts";

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface ChartOptions {
  readonly title: string;
  readonly series: readonly Series[];
  /** what the horizontal axis counts */
  readonly x: string;
}

const [width, height] = [720, 280];
const frame = { left: 62, right: 12, top: 12, bottom: 40 };
/** of the style sheet */
const colours = 6;

/** Points that are not finite are left out; a chart without points is nothing. */
export function lineChart({ title, series, x }: ChartOptions): Html {
  const finite = series
    .map(({ name, points }) => ({ name, points: points.filter((point) => Number.isFinite(point.x + point.y)) }))
    .filter(({ points }) => points.length > 0);
  const all = finite.flatMap(({ points }) => points);
  if (all.length === 0) return nothing;
  const across = scale(
    all.map((point) => point.x),
    frame.left,
    width - frame.right,
    false,
  );
  const up = scale(
    all.map((point) => point.y),
    height - frame.bottom,
    frame.top,
    true,
  );
  const lines = finite.map(({ points }, i) => {
    const path = points.map((point) => `${across.at(point.x).toFixed(1)},${up.at(point.y).toFixed(1)}`).join(" ");
    const dash = i < colours ? "none" : "5 3";
    return html`<polyline points="${path}" fill="none" stroke="var(--s${i % colours})" stroke-width="1.5" stroke-dasharray="${dash}"/>\n`;
  });
  const rows = up.ticks.map(
    (
      tick,
    ) => html`<line class="axis" x1="${frame.left}" x2="${width - frame.right}" y1="${up.at(tick).toFixed(1)}" y2="${up.at(tick).toFixed(1)}"/>
<text x="${frame.left - 6}" y="${(up.at(tick) + 4).toFixed(1)}" text-anchor="end">${label(tick)}</text>\n`,
  );
  const columns = across.ticks.map(
    (tick) =>
      html`<text x="${across.at(tick).toFixed(1)}" y="${height - frame.bottom + 16}" text-anchor="middle">${label(tick)}</text>\n`,
  );
  const legend = finite.map(
    ({ name }, i) =>
      html`<span style="white-space:nowrap"><span style="color:var(--s${i % colours})">${i < colours ? "━" : "╍"}</span> ${name}</span> \n`,
  );
  return html`<figure>
<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${rows}${columns}<text x="${(frame.left + width - frame.right) / 2}" y="${height - 6}" text-anchor="middle">${x}</text>
${lines}</svg>
<figcaption>${title}: ${legend}</figcaption>
</figure>
`;
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** `padded` leaves room around values that hardly differ. */
function scale(values: readonly number[], from: number, to: number, padded: boolean): Scale {
  let low = values.reduce((least, value) => Math.min(least, value));
  let high = values.reduce((most, value) => Math.max(most, value));
  if (low === high) [low, high] = [low - 1, high + 1];
  const step = niceStep((high - low) / 5);
  if (padded) [low, high] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor((high - first * step) / step + 1e-9) + 1;
  return {
    ticks: Array.from({ length: count }, (_, i) => (first + i) * step),
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
  };
}

/** The next larger of 1, 2 and 5 times a power of ten. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= step * (1 - 1e-9))!;
}

const label = (tick: number) => (Math.abs(tick) >= 1e5 ? tick.toExponential(1) : String(Number(tick.toPrecision(6))));
