// For tests: one command typed at a host of the flat network, with all that it prints.
import { expect, test } from "vitest";
import { buildSimulation } from "../build.ts";
import { cloneWorld } from "../kernel/clone.ts";
import { addInput, createSimulation, run, type Simulation } from "../kernel/run.ts";
import { emptyTrace } from "../kernel/trace.ts";
import { createMachine } from "../machine.ts";
import { expandScenario, readScenario } from "../scenario.ts";
import { programs } from "./index.ts";

export interface Typed {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  /** How long it took, in seconds; NaN while it still runs. */
  readonly seconds: number;
}

/** A command that is typed at second 1, unless `at` says otherwise. */
export interface Command {
  readonly host: string;
  readonly line: string;
  readonly at?: number;
}

const machine = createMachine(programs);

/** The flat network, at its start. */
export function lab(): Simulation {
  const scenario = { name: "tools", topology: "flat", steps: [], end: 120 };
  const read = readScenario(JSON.stringify(scenario));
  if (!("scenario" in read)) throw new Error(JSON.stringify(read));
  return buildSimulation(expandScenario(read.scenario), machine);
}

/** The same world once more, with a trace of its own. */
export function copyOf({ world }: Simulation): Simulation {
  return createSimulation(cloneWorld(world), emptyTrace(), machine);
}

/** Types the commands; the first one's result is `resultOf`. */
export function type({ world, trace }: Simulation, commands: readonly Command[]): void {
  for (const [i, command] of commands.entries()) {
    const { at = 1, ...rest } = command;
    const input = { kind: "command", label: String(i), background: true, ...rest } as const;
    addInput(world, trace, at * 1_000_000, input);
  }
}

/** What came of the first command, as far as the simulation has run. */
export function resultOf({ trace }: Simulation): Typed {
  const result = { stdout: "", stderr: "", code: -1, seconds: NaN };
  for (const { at, code, fields } of trace.entries) {
    if (fields["label"] !== "0") continue;
    if (code === "console.output") {
      result[fields["stream"] === "stderr" ? "stderr" : "stdout"] += fields["text"];
    }
    if (code === "console.ended") {
      result.code = Number(fields["code"]);
      result.seconds = (at - 1_000_000) / 1_000_000;
    }
  }
  return result;
}

/** Types `line` at second 1 beside `others`, runs two minutes, and says what came of it. */
export function typed(line: string, host = "node-1", others: readonly Command[] = []): Typed {
  const simulation = lab();
  type(simulation, [{ host, line }, ...others]);
  run(simulation, 120_000_000);
  return resultOf(simulation);
}

/** A command line and what it prints: standard output, standard error and status if not 0. */
export type Row = readonly [line: string, stdout: string, stderr?: string, code?: number];

/** One test for each row. */
export function testLines(rows: readonly Row[], host = "node-1"): void {
  test.each(rows.map(([line, ...rest]) => [line, rest] as const))("%s", (line, rest) => {
    const [stdout, stderr = "", code = 0] = rest;
    expect(typed(line, host)).toMatchObject({ stdout, stderr, code });
  });
}
