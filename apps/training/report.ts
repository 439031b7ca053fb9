/** `report.html` of a run: how its training goes or went, in one file that needs nothing else. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bestCheckpoint, type Manifest, type StageRecord, stageKey } from "../files/run-directory.ts";
import { lineChart } from "../report/chart.ts";
import { type Html, html, nothing } from "../report/html.ts";
import { page, type Section } from "../report/page.ts";
import { picturePart, tablePart } from "../report/parts.ts";
import type { LogRow } from "./metrics-log.ts";

export type RunStatus =
  | { readonly kind: "running" }
  | { readonly kind: "finished" }
  /** by the user, at a checkpoint */
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly message: string };

/** What a stage says of itself before it has a record. */
export interface StageOutline {
  /** e.g. "Faces.Face.causalgan" */
  readonly key: string;
  readonly target: string;
  readonly regime: string;
  readonly seed: number;
  readonly steps: number;
  readonly rows: number;
  readonly parameters: number;
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** spent before it was resumed */
  readonly seconds: number;
}

export interface ReportOptions {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly rows: readonly LogRow[];
  /** of the stages that this process trains */
  readonly outlines: ReadonlyMap<string, StageOutline>;
  readonly status: RunStatus;
  readonly executor: string;
  readonly now: Date;
}

/** Seconds after which a page of a running training is read anew. */
const refresh = 10;
/** grids of a stage that are inside the file, spread evenly over its steps */
const grids = 8;

export async function reportHtml(options: ReportOptions): Promise<string> {
  const { manifest, outlines, status, now } = options;
  const records = new Map(manifest.stages.map((stage) => [stageKey(stage), stage]));
  const keys = [...new Set([...records.keys(), ...outlines.keys()])];
  const sections = await Promise.all(
    keys.map((key, i) => stageSection(options, key, records.get(key), `stage-${i + 1}`)),
  );
  const name = manifest.program.files[0]?.name ?? "program";
  return page({
    title: `Training of ${name}`,
    lead: html`<p>${statusText(status)} As of ${now.toISOString().slice(0, 19).replace("T", " ")} UTC.</p>`,
    sections: [overview(options, keys, records), ...sections, programSection(manifest)],
    ...(status.kind === "running" ? { refresh } : {}),
  });
}

function statusText(status: RunStatus): Html {
  switch (status.kind) {
    case "running":
      return html`<strong>Running.</strong> This page is read anew every ${refresh} seconds.`;
    case "finished":
      return html`<strong>Finished.</strong>`;
    case "stopped":
      return html`<strong>Stopped</strong> at a checkpoint; <code>causal train --resume</code> goes on from there.`;
    case "failed":
      return html`<strong class="miss">Failed:</strong> ${status.message}.`;
  }
}

function overview(
  { manifest, rows, outlines, executor }: ReportOptions,
  keys: readonly string[],
  records: ReadonlyMap<string, StageRecord>,
): Section {
  const table = keys.map((key) => {
    const [record, outline] = [records.get(key), outlines.get(key)];
    const last = rows.filter((row) => row.stage === key).at(-1);
    const step = Math.max(record?.step ?? 0, last?.step ?? 0);
    return [
      record?.target ?? outline!.target,
      record?.regime ?? outline!.regime,
      `${step} of ${outline?.steps ?? record!.steps}`,
      record?.done === true ? (record.from === null ? "done" : `taken from ${record.from.run}`) : "not finished",
      Math.max(record?.seconds ?? 0, last?.seconds ?? 0).toFixed(1),
      String(record?.seed ?? outline!.seed),
      String(outline?.rows ?? record!.data.rows),
      record?.engines?.join(", ") ?? executor,
    ];
  });
  const header = ["stage", "regime", "steps", "state", "seconds", "seed", "rows", "engine"];
  const { version } = manifest.package;
  const note = `causal-lang ${version}. Engine of this process: ${executor}.`;
  return { id: "overview", title: "Overview", body: [tablePart({ header, rows: table, note })] };
}

async function stageSection(
  { directory, rows, outlines }: ReportOptions,
  key: string,
  record: StageRecord | undefined,
  id: string,
): Promise<Section> {
  const own = rows.filter((row) => row.stage === key);
  const outline = outlines.get(key);
  const { target, regime } = record ?? outline!;
  const charts = [
    ...chartsOf(`Metrics of ${target}`, seriesOf(own, "metrics")),
    ...chartsOf(`Measured on ${target}`, seriesOf(own, "scores")),
  ];
  const pictures = await Promise.all(
    spread(own.filter((row) => row.samples !== undefined)).map(async ({ samples, step }) => {
      const png = await readFile(join(directory, samples!)).catch(() => null);
      return png === null
        ? nothing
        : picturePart({ type: "png", bytes: png, ...sizeOfPng(png), title: `step ${step}`, caption: `step ${step}` });
    }),
  );
  const grid =
    pictures.length === 0
      ? nothing
      : html`<h3>Samples, with the same labels and noise</h3>\n<div class="side">${pictures}</div>\n`;
  const settings =
    outline === undefined
      ? nothing
      : tablePart({
          title: "Settings",
          folded: `${outline.settings.length} settings, ${outline.parameters.toLocaleString("en")} parameters`,
          header: ["setting", "value"],
          rows: outline.settings.map((pair) => [...pair]),
        });
  const waiting =
    own.length === 0 && record === undefined ? html`<p class="dim">Nothing has been measured yet.</p>\n` : nothing;
  return { id, title: `${target} with ${regime}`, body: [waiting, ...charts, grid, checkpoints(record), settings] };
}

function checkpoints(record: StageRecord | undefined): Html {
  if (record === undefined) return nothing;
  const best = bestCheckpoint(record);
  const note =
    record.selection === null
      ? "The last ones are kept; nothing says which is the best."
      : `The last ones are kept, and the best: that with the ${record.selection.best} ${record.selection.metric}.`;
  return tablePart({
    title: "Checkpoints",
    note,
    header: ["step", "file", record.selection?.metric ?? "score", ""],
    rows: record.checkpoints.map((one) => [
      String(one.step),
      one.weights,
      one.score === null ? "-" : one.score.toFixed(4),
      [...(one === best ? ["best"] : []), ...(one.weights === record.weights ? ["newest"] : [])].join(", "),
    ]),
  });
}

type Points = { readonly name: string; readonly points: readonly { readonly x: number; readonly y: number }[] };

function seriesOf(rows: readonly LogRow[], kind: "metrics" | "scores"): readonly Points[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row[kind] ?? {})))];
  return names.map((name) => ({
    name,
    points: rows.flatMap((row) => (row[kind]?.[name] === undefined ? [] : [{ x: row.step, y: row[kind][name] }])),
  }));
}

/** A table instead of lines that would be points. Series of very different sizes would hide each other in one chart: each chart holds those within a factor of 20. */
function chartsOf(title: string, series: readonly Points[]): readonly Html[] {
  const short = series.filter(({ points }) => points.length < 2);
  if (short.length === series.length) {
    const rows = series.map(({ name, points }) => [name, ...points.map(({ y }) => String(Number(y.toPrecision(5))))]);
    return [tablePart({ title, header: ["", "value"], rows })];
  }
  const groups: { readonly size: number; readonly series: Points[] }[] = [];
  const sized = series
    .map((one) => ({ one, size: one.points.reduce((most, { y }) => Math.max(most, Math.abs(y)), 1e-12) }))
    .sort((a, b) => b.size - a.size);
  for (const { one, size } of sized) {
    const last = groups.at(-1);
    if (last !== undefined && last.size / size <= 20) last.series.push(one);
    else groups.push({ size, series: [one] });
  }
  return groups.map((group) => lineChart({ title, series: group.series, x: "step" }));
}

function spread(rows: readonly LogRow[]): readonly LogRow[] {
  if (rows.length <= grids) return rows;
  return Array.from({ length: grids }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (grids - 1))]!);
}

/** Width and height stand at the same place in every PNG. */
function sizeOfPng(png: Buffer): { readonly width: number; readonly height: number } {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

function programSection({ program }: Manifest): Section {
  const files = program.files.map(
    ({ name, text }) => html`<details><summary>${name}</summary>\n<pre>${text}</pre>\n</details>\n`,
  );
  return { id: "program", title: "Program", body: [html`<p class="dim">SHA-256 ${program.sha256}</p>\n`, ...files] };
}
