/** `causal draw`: pictures from a trained run, or samples of the other nodes, as a grid, a table or JSON. */
import { worldOfDraw } from "../../api/run.ts";
import { draw as drawText, drawStatement } from "../../api/world.ts";
import { type Command, exitCodes, integerFlag, stringFlag, UsageError } from "../command.ts";
import { captionOf, type Drawn, drawnJson, drawnTable, gridRows, saveGrid } from "../drawing.ts";
import { checkpointOption, deviceOption, executorOf, modelOption, openFileOrRun, worldOf } from "../open.ts";

export const draw: Command = {
  name: "draw",
  usage: "RUN|FILE ['16 Face | do(Mustache = true)' ...] [--out grid.png]",
  summary: "draw pictures and samples",
  details:
    "Several drawings of one image node become rows of one grid. Without a text, the `draw` statements of the program are carried out.",
  options: {
    out: { type: "string", short: "o", value: "FILE", help: "where the grid goes (PNG; default draw.png)" },
    title: { type: "string", value: "TEXT", help: "a line above the grid" },
    seed: { type: "string", value: "N", help: "of the draws (default: the statement's, else 1)" },
    model: modelOption,
    json: { type: "boolean", help: "print the drawn labels as JSON, one line a drawing" },
    checkpoint: checkpointOption,
    device: deviceOption,
  },
  examples: ["causal draw runs/faces '8 Face | do(Mustache = true)' '8 Face | Mustache = true' --out grid.png"],
  async run(invocation, io) {
    const [path, ...texts] = invocation.positionals;
    if (path === undefined) throw new UsageError("missing RUN");
    const seed = integerFlag(invocation, "seed", 0, Number.MAX_SAFE_INTEGER);
    const options = seed === undefined ? {} : { seed };
    const executor = executorOf(invocation, io);
    try {
      const run = openFileOrRun(path, executor, invocation, io);
      const drawn: Drawn[] = [];
      if (texts.length === 0) {
        const { draws, sources } = run.project.program;
        if (draws.length === 0) throw new UsageError(`missing what to draw: ${path} has no draw statement`);
        for (const { statement, model } of draws) {
          const world = run.worlds.get(model)!;
          const drawing = await drawStatement(world, statement, options, sources);
          drawn.push({ world, caption: captionOf(statement, sources), drawing });
        }
      }
      for (const text of texts) {
        const world = worldOfDraw(run, text, worldOf(run, invocation));
        drawn.push({ world, caption: text, drawing: await drawText(world, text, options) });
      }
      const json = invocation.flags.json === true;
      if (json) for (const one of drawn) io.out(`${JSON.stringify(drawnJson(one))}\n`);
      const rows = gridRows(drawn);
      if (rows.length > 0) {
        const saved = await saveGrid(
          rows,
          stringFlag(invocation, "out") ?? "draw.png",
          stringFlag(invocation, "title"),
          io,
        );
        (json ? io.err : io.out)(`${saved}\n`);
      } else if (!json) for (const one of drawn) io.out(`${drawnTable(one)}\n`);
      return exitCodes.well;
    } finally {
      await executor.close();
    }
  },
};
