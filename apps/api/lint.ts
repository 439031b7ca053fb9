/** Lints of a project, of what a run has learned, and of single queries. */
import type { LintContext } from "#compiler/lint/context";
import { lint, lintQuery } from "#compiler/lint/lint";
import { defaultLimit } from "#compiler/plan/query-plan";
import { analyzeQuery } from "#lang/analyze";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Source, Span } from "#lang/source";
import { hasErrors } from "./errors.ts";
import type { Project } from "./project.ts";
import type { Run } from "./run.ts";
import type { World } from "./world.ts";

/** The lints of a program; none where it has errors, which come first. */
export function lintProject(project: Project): readonly Diagnostic[] {
  return hasErrors(project.diagnostics) ? [] : lint(contextOf(project));
}

/** Errors and warnings of a program together, in the order of its files and places. */
export function allDiagnostics(project: Project): readonly Diagnostic[] {
  const lints = lintProject(project);
  if (lints.length === 0) return project.diagnostics;
  const rank = new Map(project.program.files.map((file, i) => [file.source, i]));
  return [...project.diagnostics, ...lints].toSorted(
    (a, b) => (rank.get(a.span.source) ?? 0) - (rank.get(b.span.source) ?? 0) || a.span.start - b.span.start,
  );
}

/** The warnings about what stands at one of the places, with what a run has learned. */
export function warningsAt({ project, worlds }: Run, places: readonly Span[]): readonly Diagnostic[] {
  const context = contextOf(project);
  const models = new Map([...worlds].map(([name, { model }]) => [name, model]));
  const trained = new Map([...worlds].flatMap(([name, world]) => (world.trained ? [[name, world.trained]] : [])));
  return lint({ ...context, models, trained }).filter(({ span }) =>
    places.some((place) => place.source === span.source && span.start >= place.start && span.end <= place.end),
  );
}

/** The lints of one query to a world; none where the query is wrong. That only bounds are known (C562) its answer says. */
export function lintText(
  world: World,
  text: string,
): { readonly warnings: readonly Diagnostic[]; readonly sources: ReadonlyMap<string, Source> } {
  const { query, model, diagnostics, source } = analyzeQuery(text, world.project.program, world.model.name);
  const sources = new Map([...world.project.program.sources, [source.name, source]]);
  const asked = model === world.model.name ? world.model : world.project.models.get(model);
  if (hasErrors(diagnostics) || asked === undefined) return { warnings: [], sources };
  const found = lintQuery(query, asked, contextOf(world.project, world));
  return { warnings: found.filter(({ code }) => code !== "C562"), sources };
}

function contextOf(project: Project, world: World | null = null): LintContext {
  const { program, models, vocabulary: words } = project;
  const trained = world?.trained === undefined ? {} : { trained: new Map([[world.model.name, world.trained]]) };
  return { program, models, words, limit: defaultLimit, ...trained };
}
