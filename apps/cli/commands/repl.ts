/** `causal repl`: an interactive session about a program or a run. */
import { existsSync, statSync } from "node:fs";
import { packageVersion } from "../../files/package-root.ts";
import { historyPath } from "../../repl/history.ts";
import { createSession, promptOf } from "../../repl/session.ts";
import { runShell } from "../../repl/shell.ts";
import { type Command, UsageError } from "../command.ts";
import { checkpointOption, deviceOption, executorOf, openFileOrRun } from "../open.ts";

export const repl: Command = {
  name: "repl",
  usage: "[FILE|RUN]",
  summary: "ask, intervene and draw in a session",
  details:
    "Lines are statements and queries of the language; do(X = 1) or observe(X = 1) alone sets a context for later lines. Standard input may be a script: then answers go to standard output, and the exit code is 1 when a line failed.",
  options: { checkpoint: checkpointOption, device: deviceOption },
  examples: ["causal repl runs/faces", "echo 'P(Recovered | do(Treatment = A))' | causal repl stones.causal"],
  async run(invocation, io) {
    const [path, ...rest] = invocation.positionals;
    if (rest.length > 0) throw new UsageError(`expected one FILE or RUN, got ${invocation.positionals.length}`);
    const executor = executorOf(invocation);
    try {
      const run = path === undefined ? null : openFileOrRun(path, executor, invocation, io);
      const directory = path !== undefined && existsSync(path) && statSync(path).isDirectory() ? path : null;
      const session = createSession(run, directory, executor.get);
      const interactive = io.inputIsTerminal && io.outIsTerminal;
      if (interactive) {
        const about = session.model === null ? "" : ` about ${promptOf(session).replace("> ", "")}`;
        io.out(`causal ${packageVersion()}: a session${about}. help lists what a line can be; Ctrl-D leaves\n`);
      }
      return await runShell(session, {
        io,
        terminal: interactive ? process.stdout : null,
        history: interactive ? historyPath(process.env) : null,
      });
    } finally {
      await executor.close();
    }
  },
};
