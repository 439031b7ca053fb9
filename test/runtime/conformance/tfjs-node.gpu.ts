/** The TensorFlow.js executor on native TensorFlow, where test/bench/tfjs-node/setup.sh has been run. */
import { afterAll, describe } from "vitest";
import { tryOpen } from "../../../apps/devices/engines.ts";
import { RuntimeFault } from "#runtime/fault";
import { testOperations } from "./agree.ts";
import { testRandomShapes } from "./random.ts";
import { testSessions } from "./sessions.ts";
import { testSteps } from "./steps.ts";

const executor = await tryOpen("tfjs-node");
if (executor instanceof RuntimeFault) console.log(`tfjs-node is left out: ${executor.message}`);

describe.skipIf(executor instanceof RuntimeFault)("tfjs-node agrees with reference", () => {
  if (executor instanceof RuntimeFault) return;
  afterAll(() => executor.close());
  testOperations(() => executor, { all: 1e-5 });
  testRandomShapes(() => executor, { all: 1e-5 }, { programs: 3 });
  testSessions(() => executor);
  testSteps(() => executor, 1e-3);
});
