/**
 * What an interactive session knows, as immutable data, and what its answers look like. Lines are understood in
 * `evaluate.ts`; what needs files, devices or time is asked for as a request and carried out in `perform.ts`.
 */
import type { Answer } from "#compiler/inference/answer";
import type { CheckedTrain } from "#lang/checked";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Source } from "#lang/source";
import type { Condition, DrawStatement, ProbabilityExpr } from "#lang/syntax/ast";
import type { EventType } from "#lang/types/check-events";
import type { Executor } from "#runtime/executor";
import { projectOf } from "../api/project.ts";
import { type Run, runOfProject } from "../api/run.ts";
import type { World } from "../api/world.ts";

/** One action or event that later queries and draws are under. */
export interface Given {
  readonly kind: "do" | "observe";
  readonly node: string;
  /** as it was written, e.g. "Mustache = true" */
  readonly text: string;
  readonly condition: Condition;
  readonly source: Source;
}

/** A query that was answered under a name. */
export interface Known {
  readonly answer: Answer;
  readonly type: EventType | null;
}

export interface Session {
  readonly run: Run;
  /** the model that lines are about; null while there is none */
  readonly model: string | null;
  readonly given: readonly Given[];
  readonly known: ReadonlyMap<string, Known>;
  /** the run directory that holds what was trained, if anything was */
  readonly directory: string | null;
  /** lines so far: they are named by their number in messages */
  readonly lines: number;
  readonly executor: () => Promise<Executor>;
}

export type Output =
  /** the answer to what was typed; for standard output */
  | { readonly kind: "text"; readonly text: string }
  /** a confirmation; shown only to people */
  | { readonly kind: "note"; readonly text: string }
  | {
      readonly kind: "warnings";
      readonly diagnostics: readonly Diagnostic[];
      readonly sources: ReadonlyMap<string, Source>;
    };

export type Request =
  | {
      readonly kind: "draw";
      readonly world: World;
      readonly statement: DrawStatement;
      readonly sources: ReadonlyMap<string, Source>;
      readonly caption: string;
    }
  | {
      readonly kind: "identify";
      readonly world: World;
      readonly query: ProbabilityExpr;
      readonly data: string;
      readonly sources: ReadonlyMap<string, Source>;
    }
  /** `targets` null: all train statements of the program; `out` null: a new directory */
  | { readonly kind: "train"; readonly targets: readonly CheckedTrain[] | null; readonly out: string | null }
  | { readonly kind: "show"; readonly stage: "program" | "plan"; readonly target: string | null }
  | { readonly kind: "quit" };

/** What a line comes to. */
export interface Step {
  readonly session: Session;
  readonly outputs: readonly Output[];
  readonly request: Request | null;
  /** something that was asserted does not hold */
  readonly failed: boolean;
}

/** A session about a run or, with null, about nothing yet; `directory` is where the run was opened from. */
export function createSession(run: Run | null, directory: string | null, executor: () => Promise<Executor>): Session {
  const opened = run ?? runOfProject(projectOf("", "session.causal"), executor);
  const model = [...opened.worlds.keys()].at(-1) ?? null;
  return { run: opened, model, given: [], known: new Map(), directory, lines: 0, executor };
}

/** The session with another run, e.g. after training. */
export function withRun(session: Session, run: Run, directory: string | null): Session {
  return { ...session, run, directory };
}

/** The model that lines are about, under the context; null where there is no model yet. */
export function currentWorld(session: Session): World | null {
  const world = session.model === null ? undefined : session.run.worlds.get(session.model);
  return world === undefined ? null : { ...world, given: session.given.map(({ condition }) => condition) };
}

/** All texts that a message may point into. */
export function sourcesOf(session: Session, ...more: readonly Source[]): ReadonlyMap<string, Source> {
  const own = [...session.given.map(({ source }) => source), ...more];
  return new Map([
    ...session.run.project.program.sources,
    ...own.map((source): [string, Source] => [source.name, source]),
  ]);
}

/** "do(Mustache = true), observe(Male = false)"; empty without a context. */
export function contextText(given: readonly Given[]): string {
  return (["do", "observe"] as const)
    .map((kind) => ({ kind, texts: given.filter((item) => item.kind === kind).map(({ text }) => text) }))
    .filter(({ texts }) => texts.length > 0)
    .map(({ kind, texts }) => `${kind}(${texts.join(", ")})`)
    .join(", ");
}

const longestContext = 60;

/** What stands before the cursor: the model and the context. */
export function promptOf(session: Session): string {
  const context = contextText(session.given);
  const short = context.length > longestContext ? `${context.slice(0, longestContext)}...` : context;
  return `${session.model ?? "causal"}${short === "" ? "" : ` | ${short}`}> `;
}
