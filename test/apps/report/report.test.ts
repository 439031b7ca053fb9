/** The parts of a report: what is escaped, how tables and charts are laid out. */
import { describe, expect, it } from "vitest";
import { lineChart } from "../../../apps/report/chart.ts";
import { html } from "../../../apps/report/html.ts";
import { page } from "../../../apps/report/page.ts";
import { picturePart, tablePart } from "../../../apps/report/parts.ts";

describe("templates", () => {
  it("escape what is put in, and leave markup alone", () => {
    const inner = html`<b>${"<&>"}</b>`;
    expect(html`<p title="${'"x"'}">${inner}${[inner, inner]}${3}</p>`.html).toBe(
      `<p title="&quot;x&quot;">${"<b>&lt;&amp;&gt;</b>".repeat(3)}3</p>`,
    );
  });
});

describe("parts", () => {
  it("a table sets numbers to the right and marks what misses", () => {
    const part = tablePart({
      header: ["name", "n"],
      rows: [
        ["a", "1.5"],
        ["b", { text: "-2", miss: true }],
      ],
    });
    expect(part.html).toContain('<th class="">name</th><th class="number">n</th>');
    expect(part.html).toContain('<td class="number miss">-2</td>');
    expect(tablePart({ header: ["x"], rows: [] }).html).toBe("");
    expect(tablePart({ header: ["x"], rows: [["1"]], folded: "more" }).html).toMatch(
      /<details><summary>more<\/summary>/,
    );
  });

  it("a picture is inside the file", () => {
    const { html: text } = picturePart({
      type: "png",
      bytes: Uint8Array.of(1, 2),
      width: 3,
      height: 4,
      title: "a",
      caption: "b",
    });
    expect(text).toContain('src="data:image/png;base64,AQI=" width="3" height="4" alt="a"');
  });
});

describe("charts", () => {
  const points = (...ys: readonly number[]) => ys.map((y, x) => ({ x, y }));

  it("draw a line a series, with ticks at round numbers", () => {
    const { html: text } = lineChart({ title: "losses", x: "step", series: [{ name: "a", points: points(0, 5, 10) }] });
    expect(text.match(/<polyline points="([^"]*)"/)![1]).toBe("62.0,240.0 385.0,126.0 708.0,12.0");
    expect([...text.matchAll(/text-anchor="end">([^<]*)</g)].map((match) => match[1])).toEqual(
      "0 2 4 6 8 10".split(" "),
    );
  });

  it("leave out what is not a number, and are nothing without points", () => {
    expect(lineChart({ title: "t", x: "step", series: [{ name: "a", points: points(Number.NaN) }] }).html).toBe("");
    const { html: text } = lineChart({
      title: "t",
      x: "step",
      series: [{ name: "a", points: points(1, Number.NaN, 1) }],
    });
    expect(text).not.toContain("NaN");
  });
});

it("a page has its sections and their contents", () => {
  const sections = [{ id: "one", title: "A & B", body: [html`<p>x</p>`] }];
  const text = page({ title: "T", lead: html`<p>lead</p>`, sections });
  expect(text).toMatch(
    /<li><a href="#one">A &amp; B<\/a><\/li>[\s\S]*<section id="one">\n<h2>A &amp; B<\/h2>\n<p>x<\/p>/,
  );
  expect(text).toContain("prefers-color-scheme: dark");
  expect(text).toContain("@media print");
});
