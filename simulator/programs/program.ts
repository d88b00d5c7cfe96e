// What a program is: a row in the table of `programs/index.ts`. It holds nothing itself; what it
// knows between two wakes is in `process.memory`, plain data that a keyframe can copy.
import type { Process, Signal, Wake } from "../host/process.ts";
import type { System } from "../host/system.ts";

export type { System };

export interface Program {
  /** Microseconds from exec to the first action (recordings, "What a command costs"). */
  readonly startUs: number;
  /** Signals that `run` is told of; of any other the process dies at once. */
  readonly signals?: readonly Signal[];
  /**
   * Called at each wake: changes `process.memory`, calls the system, and returns. A program ends by
   * calling `exitProcess`; one that has not ended waits for its next wake.
   */
  run(process: Process, reason: Wake, system: System): void;
}
