/** Faults: the program is right, the world is not. Wording and codes of faults live with whoever throws them. */
import type { Origin } from "./program/program.ts";

export type FaultCode =
  | "missing-file"
  | "bad-file"
  | "bad-data"
  | "no-space"
  | "device"
  | "not-a-number"
  | "corrupt-checkpoint"
  | "other-program"
  | "memory"
  | "interrupted"
  | "not-ready";

export class RuntimeFault extends Error {
  readonly code: FaultCode;
  /** what the user can do about it */
  readonly advice: string;
  readonly origin: Origin | null;

  constructor(code: FaultCode, message: string, advice: string, origin: Origin | null = null) {
    super(message);
    this.name = "RuntimeFault";
    this.code = code;
    this.advice = advice;
    this.origin = origin;
  }
}
