// For tests: one command typed at a host of the flat network, with all that it prints.
import { buildSimulation } from "../build.ts";
import { addInput, run } from "../kernel/run.ts";
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

/** Types `line` at second 1 beside `others`, runs two minutes, and says what came of it. */
export function typed(line: string, host = "node-1", others: readonly Command[] = []): Typed {
  const read = readScenario(
    JSON.stringify({ name: "tools", topology: "flat", steps: [], end: 120 }),
  );
  if (!("scenario" in read)) throw new Error(JSON.stringify(read));
  const simulation = buildSimulation(expandScenario(read.scenario), createMachine(programs));
  const { world, trace } = simulation;
  const commands: Command[] = [{ host, line }, ...others];
  for (const [i, command] of commands.entries()) {
    const { at = 1, ...rest } = command;
    const input = { kind: "command", label: String(i), background: true, ...rest } as const;
    addInput(world, trace, at * 1_000_000, input);
  }
  run(simulation, 120_000_000);
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
