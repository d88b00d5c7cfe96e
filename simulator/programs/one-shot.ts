// Programs that do their work in one step and wait for nothing.
import { exitProcess, write } from "../host/system.ts";
import type { Process } from "../host/process.ts";
import type { Program, System } from "./program.ts";

export interface Output {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
}

/** A program from a function of its arguments (without its own name). */
export function oneShot(
  startUs: number,
  main: (args: readonly string[], system: System, process: Process) => Output,
): Program {
  return {
    startUs,
    run(process, reason, system) {
      if (reason.kind !== "start") return;
      const { stdout = "", stderr = "", code = 0 } = main(process.argv.slice(1), system, process);
      write(system, process, 1, stdout);
      write(system, process, 2, stderr);
      exitProcess(system, process, code);
    },
  };
}
