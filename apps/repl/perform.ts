/** Carries out what a line asks of the world: training into a run directory, drawing into a file, plans of real data. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CheckedProgram, CheckedTrain } from "#lang/checked";
import { RuntimeFault } from "#runtime/fault";
import { estimateFrom } from "../api/identify.ts";
import { type Project, projectOfFiles } from "../api/project.ts";
import { openRun, type Run } from "../api/run.ts";
import { portable, trainProject } from "../api/training.ts";
import { drawStatement, type World } from "../api/world.ts";
import { type Io, UsageError } from "../cli/command.ts";
import { trainObserver } from "../cli/commands/train.ts";
import { identifiedText } from "../cli/commands/identify.ts";
import { planText, plansOf } from "../cli/commands/show.ts";
import { type Drawn, drawnTable, gridRows, saveGrid } from "../cli/drawing.ts";
import { requireGoOn, stoppable } from "../devices/stoppable.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { packageVersion } from "../files/package-root.ts";
import {
  hashProgram,
  isRunDirectory,
  type Manifest,
  readManifest,
  type StageRecord,
  writeManifest,
} from "../files/run-directory.ts";
import { declaration, textAt } from "./extend.ts";
import { type Request, type Session, withRun } from "./session.ts";

/** The session afterwards. `io.signal` stops this request only. Throws RuntimeFault, ProgramError, UsageError. */
export async function perform(session: Session, request: Exclude<Request, { kind: "quit" }>, io: Io): Promise<Session> {
  switch (request.kind) {
    case "draw":
      await drawPictures(request, io);
      return session;
    case "identify": {
      const { world, query, data, sources } = request;
      io.out(`${identifiedText(await estimateFrom(world, query, data, sources))}\n`);
      return session;
    }
    case "show": {
      const { project } = session.run;
      const file = project.files[0]!.name;
      for (const plan of await plansOf(project, file, request.target ?? undefined)) {
        io.out(planText(plan, request.stage, project));
      }
      return session;
    }
    case "train":
      return trainSession(session, request, io);
  }
}

async function drawPictures(request: Extract<Request, { kind: "draw" }>, io: Io): Promise<void> {
  const { world, statement, sources, caption } = request;
  const executor = async () => stoppable(await world.executor(), io.signal);
  const drawing = await drawStatement({ ...world, executor }, statement, {}, sources);
  requireGoOn(io.signal);
  const drawn: Drawn = { world, caption, drawing };
  const rows = gridRows([drawn]);
  io.out(
    rows.length > 0 ? `${await saveGrid(rows, freeName("draw-", ".png"), undefined, io)}\n` : `${drawnTable(drawn)}\n`,
  );
}

/** The first name that is free: draw-1.png, draw-2.png, ... */
function freeName(prefix: string, suffix: string): string {
  let number = 1;
  while (existsSync(`${prefix}${number}${suffix}`)) number++;
  return `${prefix}${number}${suffix}`;
}

async function trainSession(session: Session, request: Extract<Request, { kind: "train" }>, io: Io): Promise<Session> {
  const { project } = session.run;
  const { targets } = request;
  const before = session.directory === null ? null : readManifest(session.directory);
  const continues = request.out === null && before?.program.sha256 === hashProgram(portable(project.files));
  const out = continues ? session.directory! : (request.out ?? freeName(join("runs", "repl-"), ""));
  const stages = before === null ? [] : continues ? before.stages : stagesThatHold(before, project.program);
  const isDone = (train: CheckedTrain) => stages.some((stage) => stage.done && stage.target === targetOf(train));
  const trains = project.program.trains.filter((train) => targets === null || targets.includes(train) || isDone(train));
  if (trains.every(isDone)) throw new UsageError(`everything is trained already, in ${session.directory}`);
  if (!continues) await seedDirectory(out, session, stages);
  const executor = await session.executor();
  const chosen = { ...project, program: { ...project.program, trains } };
  const { interrupted: stopped } = await trainProject(chosen, {
    out,
    executor,
    resume: true,
    signal: io.signal,
    observer: trainObserver(io, executor),
  });
  if (stopped) io.err(`\nstopped; train goes on from the last step\n`);
  else io.out(`run: ${out}\n`);
  return withRun(session, inSession(openRun(out, session.executor), project), out);
}

/** What was trained, with the program of the session, whose file names say where its data lies. */
function inSession(trained: Run, project: Project): Run {
  const worlds = [...trained.worlds].map(([name, world]): [string, World] => [name, { ...world, project }]);
  return { ...trained, project, worlds: new Map(worlds) };
}

const targetOf = (train: CheckedTrain) => `${train.model}.${train.part}`;

/** A run directory of this program that holds the stages of the previous one that are still as they would be trained. */
async function seedDirectory(out: string, session: Session, stages: readonly StageRecord[]): Promise<void> {
  if (isRunDirectory(out)) {
    throw new RuntimeFault("bad-file", `${out} already holds a run`, "name another directory: train into DIRECTORY");
  }
  for (const { weights, plan } of stages) {
    for (const name of [weights, plan]) {
      await writeFileAtomic(join(out, name), await readFile(join(session.directory!, name)));
    }
  }
  const files = portable(session.run.project.files);
  await writeManifest(out, {
    format: 2,
    package: { name: "causal-lang", version: packageVersion() },
    program: { sha256: hashProgram(files), files },
    stages: stages.map((stage) => ({ ...stage, checkpoints: stage.checkpoints.slice(-1) })),
  });
}

/** The stages of an earlier program whose model, data and training are written as they are now. */
function stagesThatHold(before: Manifest, now: CheckedProgram): readonly StageRecord[] {
  const then = projectOfFiles(before.program.files).program;
  const same = (train: CheckedTrain, other: CheckedTrain) =>
    textAt(then, other.span) === textAt(now, train.span) &&
    declaration(then, "models", train.model) === declaration(now, "models", train.model) &&
    declaration(then, "data", String(other.settings.data)) === declaration(now, "data", String(train.settings.data));
  return before.stages.filter((stage) => {
    const train = now.trains.find((one) => targetOf(one) === stage.target);
    const other = then.trains.find((one) => targetOf(one) === stage.target);
    return train !== undefined && other !== undefined && same(train, other);
  });
}
