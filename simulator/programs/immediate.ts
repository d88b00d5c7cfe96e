// Programs that do all they do at one moment: they look, print and end. A text tool that reads
// standard input first waits for its end.
import type { Host } from "../host/host.ts";
import type { Process } from "../host/process.ts";
import { exitProcess, read, write } from "../host/system.ts";
import type { Sim } from "../kernel/sim.ts";
import type { Program, System } from "./program.ts";

export interface Output {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
}

export interface Call {
  readonly host: Host;
  readonly sim: Sim;
  readonly process: Process;
  /** Without the program's own name. */
  readonly args: readonly string[];
  /** All of standard input, once a program has asked for it. */
  readonly input: string | undefined;
}

/** What a program answers that has to read standard input first. */
export const NEEDS_INPUT = "needs input";

export function immediate(
  startUs: number,
  main: (call: Call) => Output | typeof NEEDS_INPUT,
): Program {
  return {
    startUs,
    run(process, reason, system) {
      if (reason.kind !== "start" && reason.kind !== "readable") return;
      const { host, sim } = system;
      const args = process.argv.slice(1);
      const output = main({ host, sim, process, args, input: undefined });
      if (output !== NEEDS_INPUT) return finish(system, process, output);
      const input = readAll(system, process);
      if (input === undefined) return;
      const answer = main({ host, sim, process, args, input });
      finish(system, process, answer === NEEDS_INPUT ? {} : answer);
    },
  };
}

export function finish(system: System, process: Process, output: Output): void {
  const { stdout = "", stderr = "", code = 0 } = output;
  write(system, process, 2, stderr);
  write(system, process, 1, stdout);
  exitProcess(system, process, code);
}

/** Standard input to its end, or undefined while more may come; what has come is in memory. */
function readAll(system: System, process: Process): string | undefined {
  process.memory ??= { text: "" };
  const memory = process.memory as { text: string };
  return readToEnd(system, process, 0, memory) ? memory.text : undefined;
}

/** Adds what a descriptor has by now to `memory.text`; true once that is all. */
export function readToEnd(
  system: System,
  process: Process,
  descriptor: number,
  memory: { text: string },
): boolean {
  for (;;) {
    const taken = read(system, process, descriptor);
    if (taken === "wait") return false;
    memory.text += taken.data;
    if (taken.end) return true;
  }
}
