/** Sessions for tests: lines in, what they show out. */
import { evaluate, piecesOf } from "../../../apps/repl/evaluate.ts";
import { createSession, type Request, type Session } from "../../../apps/repl/session.ts";
import type { Executor } from "#runtime/executor";
import { projectOf } from "../../../apps/api/project.ts";
import { runOfProject } from "../../../apps/api/run.ts";

export const stonesText = `model Stones {
  sample Size      : {small, large} ~ cpt { small: 0.51, large: 0.49 }
  sample Treatment : {A, B} ~ cpt(Size) {
    small: {A: 0.24, B: 0.76}
    large: {A: 0.77, B: 0.23}
  }
  sample Recovered : bool ~ cpt(Size, Treatment) {
    (small, A): 0.93
    (small, B): 0.87
    (large, A): 0.73
    else:       0.69
  }
}
query seen = P(Recovered | Treatment = A)
test "seen" { assert P(Recovered | Treatment = A) == 0.7790 +- 1e-4 }
draw 2 Size | Treatment = A seed 3
`;

export const noExecutor = (): Promise<Executor> => Promise.reject(new Error("no executor is needed here"));

export function sessionOf(text: string | null, executor = noExecutor): Session {
  const run = text === null ? null : runOfProject(projectOf(text, "stones.causal"), executor);
  return createSession(run, null, executor);
}

export interface Shown {
  readonly session: Session;
  /** texts and notes, a line each */
  readonly shown: readonly string[];
  readonly requests: readonly Request[];
  readonly failed: boolean;
}

/** Evaluates lines in order; throws where one is wrong. */
export function tell(session: Session, ...lines: readonly string[]): Shown {
  const shown: string[] = [];
  const requests: Request[] = [];
  let failed = false;
  let current = session;
  for (const line of lines.flatMap(piecesOf)) {
    const step = evaluate(current, line);
    current = step.session;
    failed ||= step.failed;
    for (const output of step.outputs) {
      shown.push(
        output.kind === "warnings" ? output.diagnostics.map(({ message }) => message).join("; ") : output.text,
      );
    }
    if (step.request !== null) requests.push(step.request);
  }
  return { session: current, shown, requests, failed };
}
