/** The bad programs: what is said about each when it is checked, and where it has no errors, when it is asked. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { identifyQuery, diagnoseHedge } from "#compiler/identify/question";
import { exportText, type FormatName } from "#compiler/interchange/formats";
import { drawWorlds, isImaginedDraw } from "#compiler/counterfactual/draw";
import { checkAssertion } from "#compiler/inference/assert";
import { drawSamples } from "#compiler/inference/draw";
import { answer } from "#compiler/inference/query";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Source } from "#lang/source";
import { allDiagnostics } from "../../apps/api/lint.ts";
import { type Project, projectOf } from "../../apps/api/project.ts";
import { hasErrors } from "../../apps/api/errors.ts";

export const root = resolve(import.meta.dirname, "../..");
const folder = join(import.meta.dirname, "bad");

export interface BadProgram {
  readonly family: string;
  readonly title: string;
  readonly source: Source;
}

/** The programs of a file, one after each line `// --- title`. */
export function programsIn(path: string, family: string): readonly BadProgram[] {
  const parts = readFileSync(path, "utf8").split(/^\/\/ --- /m);
  return parts.slice(1).map((part) => {
    const end = part.indexOf("\n");
    return { family, title: part.slice(0, end), source: { name: `${family}.causal`, text: part.slice(end + 1) } };
  });
}

export const families: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".causal"))
  .map((name) => name.slice(0, -".causal".length))
  .sort();

export const badPrograms: readonly BadProgram[] = families.flatMap((family) =>
  programsIn(join(folder, `${family}.causal`), family),
);

/** Errors and warnings of the check, then, of a program without errors, of everything that it asks. */
export function diagnosticsOf(source: Source): {
  readonly project: Project;
  readonly diagnostics: readonly Diagnostic[];
} {
  const project = projectOf(source.text, source.name);
  const checked = allDiagnostics(project);
  return {
    project,
    diagnostics: hasErrors(checked) ? checked : withoutRepeats([...checked, ...asked(project, source)]),
  };
}

/** What is said when the statements are carried out; trainings are not. */
function asked({ program, models, vocabulary }: Project, { text }: Source): readonly Diagnostic[] {
  const context = { vocabulary, samples: 2000, seed: 1, sources: program.sources };
  const format = /^\/\/ export (\w+)/.exec(text)?.[1] as FormatName | undefined;
  return [
    ...program.queries.flatMap(({ statement, model }) => {
      const result = answer(models.get(model)!, statement.value, context);
      return "answer" in result ? result.warnings : result.diagnostics;
    }),
    ...program.draws.flatMap(({ statement, model }) => {
      const { variables, given } = statement;
      const options = { vocabulary, seed: 1 };
      const drawn = isImaginedDraw(variables, given)
        ? drawWorlds(models.get(model)!, variables, given, 10, options)
        : drawSamples(models.get(model)!, given, 10, options);
      return "diagnostics" in drawn ? drawn.diagnostics : [];
    }),
    ...program.tests.flatMap(({ statement, model }) =>
      statement.assertions.flatMap((assertion) => checkAssertion(models.get(model)!, assertion, context).diagnostics),
    ),
    ...program.identifies.flatMap(({ statement, model }) => {
      const found = identifyQuery(models.get(model)!, statement.query);
      return found.identified ? [] : [diagnoseHedge(found, statement.query)];
    }),
    ...(format === undefined
      ? []
      : [...models.values()].flatMap((model) => {
          const written = exportText(model, format, vocabulary);
          return "diagnostics" in written ? written.diagnostics : [];
        })),
  ];
}

function withoutRepeats(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return found.filter(({ code, span, message }) => {
    const key = `${code} ${span.start} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}
