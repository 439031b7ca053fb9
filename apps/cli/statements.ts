/** Answers to the `query` statements of a program, in order: later ones may use the names of earlier ones. */
import type { Answer } from "#compiler/inference/answer";
import type { Run } from "../api/run.ts";
import { type AskOptions, askQuery, sharedAnswers } from "../api/world.ts";

export interface NamedAnswer {
  readonly name: string | null;
  readonly answer: Answer;
}

export function askStatements(run: Run, options: AskOptions): readonly NamedAnswer[] {
  const previous = new Map<string, Answer>();
  const shared = new Map(
    [...run.worlds].flatMap(([name, world]) => {
      const asked = run.project.program.queries.filter(({ model }) => model === name);
      return [
        ...sharedAnswers(
          world,
          asked.map(({ statement }) => statement.value),
        ),
      ];
    }),
  );
  return run.project.program.queries.map(({ statement, model }) => {
    const world = run.worlds.get(model)!;
    const answer = askQuery(world, statement.value, options, run.project.program.sources, previous, shared);
    const name = statement.name?.text ?? null;
    if (name !== null) previous.set(name, answer);
    return { name, answer };
  });
}
