/** The report of an evaluation: one HTML file with tables and figures, the JSON, and the figures as files. */
import { join } from "node:path";
import { writeFileAtomic } from "../files/atomic.ts";
import type { StageRecord } from "../files/run-directory.ts";
import { lineChart } from "../report/chart.ts";
import { type Html, html, nothing } from "../report/html.ts";
import { page, type Section } from "../report/page.ts";
import { picturePart, tablePart } from "../report/parts.ts";
import { type Block, chaptersOf, leadOf } from "./blocks.ts";
import type { Evaluated } from "./evaluate.ts";
import type { LabelEvaluation } from "./evaluation.ts";
import type { Figure } from "./figures.ts";
import { metrics } from "./metrics/index.ts";

/** Writes `index.html`, `evaluation.json` and the figures; the size of the page in bytes. Throws RuntimeFault: bad-file, no-space. */
export async function writeReport(directory: string, evaluated: Evaluated): Promise<number> {
  for (const { name, png } of evaluated.figures) await writeFileAtomic(join(directory, `${name}.png`), png);
  await writeFileAtomic(join(directory, "evaluation.json"), `${JSON.stringify(evaluated.evaluation, null, 1)}\n`);
  const text = reportHtml(evaluated);
  await writeFileAtomic(join(directory, "index.html"), text);
  return Buffer.byteLength(text);
}

export function reportHtml({ evaluation, figures, stages }: Evaluated): string {
  const chapters = chaptersOf(evaluation).map(({ title, blocks }, i): Section => {
    const own = title === "Labels" && evaluation.labels !== null ? allOfLabels(evaluation.labels) : [];
    const pictures = figures.filter(({ name }) => name.startsWith(`${title}-`)).map(figurePart);
    return { id: `chapter-${i + 1}`, title, body: [...blocks.map(blockHtml), ...own, ...pictures] };
  });
  return page({
    title: `Evaluation of ${evaluation.model}`,
    lead: html`<p>${leadOf(evaluation)}</p>`,
    sections: [...chapters, trainingSection(stages), definitions()],
  });
}

function figurePart({ inPage, width, height, title, caption }: Figure): Html {
  if (inPage === null) return nothing;
  return picturePart({ type: "avif", bytes: inPage, width, height, title, caption });
}

function blockHtml({ title, note, header, rows }: Block): Html {
  const heading = title.startsWith("do(") ? title : title.slice(0, 1).toUpperCase() + title.slice(1);
  if (rows.length === 0) {
    const lines = note.split("\n").map((line) => html`<p>${line}</p>\n`);
    return heading === "" ? html`${lines}` : html`<h3>${heading}</h3>\n${lines}`;
  }
  const cells = rows.map((row) => row.map((text) => ({ text, miss: text.endsWith(" *") })));
  return tablePart({ title: heading, note, header, rows: cells });
}

/** What the text leaves to the JSON: every pair. */
function allOfLabels({ effects, crosstabs }: LabelEvaluation): readonly Html[] {
  const share = (value: number | null | undefined) => (value == null || Number.isNaN(value) ? "-" : value.toFixed(3));
  const tables = (cells: readonly (readonly number[])[]) => cells.map((row) => row.map(share).join(" ")).join(" / ");
  return [
    tablePart({
      title: "All effects",
      folded: `show ${effects.length}`,
      header: ["X = x", "Y = y", "in the data", "low", "high", "seen", "done", "truly seen", "truly done"],
      rows: effects.map(({ cause, target, data, seen, done, trueSeen, trueDone }) => [
        `${cause.node} = ${cause.state}`,
        `${target.node} = ${target.state}`,
        share(data?.value),
        share(data?.low),
        share(data?.high),
        share(seen),
        share(done),
        share(trueSeen),
        share(trueDone),
      ]),
    }),
    tablePart({
      title: "All pairs",
      note: "Joint shares, row by row of the first label.",
      folded: `show ${crosstabs.length}`,
      header: ["labels", "model", "data", "total variation"],
      rows: crosstabs.map(({ nodes, model, data, tvd }) => [
        nodes.join(", "),
        tables(model),
        tables(data),
        tvd.toFixed(4),
      ]),
    }),
  ];
}

function trainingSection(stages: readonly StageRecord[]): Section {
  const charts = stages.map(({ target, regime, history }) => {
    const names = [...new Set(history.flatMap(({ metrics: values }) => Object.keys(values)))];
    const series = names.map((name) => ({
      name,
      points: history.flatMap(({ step, metrics: values }) =>
        values[name] === undefined ? [] : [{ x: step, y: values[name] }],
      ),
    }));
    return lineChart({ title: `${target} with ${regime}`, series, x: "step" });
  });
  const rows = stages.map(({ target, regime, step, steps, seconds, engines, seed }) => {
    return [target, regime, `${step} of ${steps}`, seconds.toFixed(0), engines?.join("; then ") ?? "", String(seed)];
  });
  const header = ["stage", "regime", "steps", "seconds", "computed on", "seed"];
  return { id: "training", title: "Training", body: [tablePart({ header, rows }), ...charts] };
}

function definitions(): Section {
  const rows = Object.values(metrics).map(({ title, better, definition, source }) => [
    title,
    better,
    definition,
    source,
  ]);
  const header = ["metric", "better", "what it is", "source"];
  return { id: "definitions", title: "Definitions", body: [tablePart({ header, rows })] };
}
