/** The shell of a report: one HTML file that needs nothing else, in light and dark, on screen and on paper. */
import { type Html, html, nothing } from "./html.ts";

export interface Section {
  /** of its link in the contents */
  readonly id: string;
  readonly title: string;
  readonly body: readonly Html[];
}

export interface Page {
  readonly title: string;
  readonly lead: Html;
  readonly sections: readonly Section[];
  /** seconds after which a browser reads the page anew */
  readonly refresh?: number;
}

/** The text of the file. */
export function page({ title, lead, sections, refresh }: Page): string {
  const renew = refresh === undefined ? nothing : html`<meta http-equiv="refresh" content="${refresh}">\n`;
  const contents = sections.map((section) => html`<li><a href="#${section.id}">${section.title}</a></li>\n`);
  const bodies = sections.map(
    (section) => html`<section id="${section.id}">\n<h2>${section.title}</h2>\n${section.body}</section>\n`,
  );
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${renew}<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${lead}
<nav><ul>
${contents}</ul></nav>
</header>
<main>
${bodies}</main>
</body>
</html>
`;
  return text.html;
}

const style = `
:root { color-scheme: light dark; --ink: #1c2126; --dim: #5c6670; --paper: #fff; --line: #d8dde2; --stripe: #f5f7f8; --link: #0b5cad; --bad: #b3261e; --good: #1b7a3d;
  --s0: #1668b8; --s1: #c2571a; --s2: #2b8a4b; --s3: #8b4bb5; --s4: #b0303f; --s5: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --dim: #9aa5b0; --paper: #14181c; --line: #343c44; --stripe: #1b2127; --link: #7db8f0; --bad: #ff8a80; --good: #7ad39a;
  --s0: #6ab0f3; --s1: #f0975c; --s2: #6fcf8f; --s3: #c79aea; --s4: #f2808c; --s5: #a3acb8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; } h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
a { color: var(--link); } p { max-width: 60rem; margin: .4rem 0; } .dim, figcaption { color: var(--dim); }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; list-style: none; padding: 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; margin: .4rem 0; }
th, td { padding: .22rem .7rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); } th { font-weight: 600; } .number { text-align: right; }
tbody tr:nth-child(even) { background: var(--stripe); } .miss { color: var(--bad); font-weight: 600; }
details summary { cursor: pointer; color: var(--link); margin: .5rem 0; }
figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; border-radius: 4px; image-rendering: pixelated; background: #fff; } figcaption { font-size: .9rem; }
.side { display: flex; flex-wrap: wrap; gap: 1rem; } .side figure { flex: 1 1 30rem; }
svg.chart { max-width: 46rem; width: 100%; height: auto; } svg.chart text { fill: var(--dim); font: 11px system-ui, sans-serif; } svg.chart .axis { stroke: var(--line); }
@media print { :root { color-scheme: light; --ink: #000; --dim: #444; --paper: #fff; --line: #bbb; --stripe: #f4f4f4; --link: #000; } body { max-width: none; padding: 0; font-size: 11px; } nav { display: none; } .scroll { overflow: visible; } figure, tr, svg { break-inside: avoid; } h2, h3 { break-after: avoid; } table { font-size: .75rem; } th, td { padding: .15rem .4rem; white-space: normal; } }
`;
