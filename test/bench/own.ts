/** The line to a process of ours with one engine and one workload (`child.ts`). */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Around } from "./around.ts";
import type { Answer, Order, Request } from "./child.ts";

/** An engine that is not there, failed or took too long: why. */
export class NoEngine extends Error {}

export interface Own {
  /** milliseconds of each step, and the largest resident set of the process so far in MiB */
  time(steps: number): Promise<{ readonly milliseconds: readonly number[]; readonly peak: number }>;
  around(seconds: number, rounds: number): Promise<Around>;
  close(): Promise<void>;
}

const file = fileURLToPath(new URL("child.ts", import.meta.url));

/** Throws NoEngine, as do its functions; each may take `patience` seconds. */
export async function openOwn(order: Order, patience: number): Promise<Own> {
  const threads = String(order.threads);
  const child = fork(file, [JSON.stringify(order)], {
    execArgv: ["-C", "source", "--import", "tsx"],
    // what libraries say of themselves belongs to nobody
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: { ...process.env, OMP_NUM_THREADS: threads, TF_NUM_INTRAOP_THREADS: threads, TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const answer = (seconds: number): Promise<Exclude<Answer, { fault: string }>> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        settle(() => reject(new NoEngine(`given up after ${seconds} s`)));
      }, 1000 * seconds);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        child.off("message", heard).off("exit", left);
        act();
      };
      const heard = (message: Answer) =>
        settle(() => ("fault" in message ? reject(new NoEngine(message.fault)) : resolve(message)));
      const left = (code: number | null, signal: string | null) =>
        settle(() => reject(new NoEngine(`its process ended (${signal ?? `code ${code}`})`)));
      child.on("message", heard).on("exit", left);
    });
  const ask = (request: Request, seconds: number) => {
    const answered = answer(seconds);
    child.send(request);
    return answered;
  };
  const close = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    await answer(patience);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async time(steps) {
      const result = await ask({ steps }, patience);
      if (!("milliseconds" in result)) throw new Error("internal: the child answered something else");
      return result;
    },
    async around(seconds, rounds) {
      // three measurements a round, each with what it takes to begin and to end
      const result = await ask({ around: { seconds, rounds } }, 3 * rounds * (seconds + patience));
      if (!("around" in result)) throw new Error("internal: the child answered something else");
      return result.around;
    },
    close,
  };
}
