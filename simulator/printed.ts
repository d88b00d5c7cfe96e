// The third door for pages: what a command would print at this moment. It is typed in a copy of the
// world, which is then thrown away, so that a table shows the command's own words.
import { cloneWorld } from "./kernel/clone.ts";
import { addInput, createSimulation, step } from "./kernel/run.ts";
import { emptyTrace } from "./kernel/trace.ts";
import type { World } from "./kernel/world.ts";
import { createMachine } from "./machine.ts";
import { programs } from "./programs/index.ts";

/** A command that has not ended by then is given up, in microseconds. */
const PATIENCE_US = 1_000_000;
const LABEL = "printed";
const machine = createMachine(programs);

/** Its standard output and errors; empty when the host has no power. */
export function printed(world: World, host: string, line: string): string {
  const copy = cloneWorld(world);
  const trace = emptyTrace();
  const simulation = createSimulation(copy, trace, machine);
  const input = { kind: "command", host, line, label: LABEL, background: true } as const;
  addInput(copy, trace, copy.now, input);
  const until = copy.now + PATIENCE_US;
  const texts: string[] = [];
  let seen = 0;
  while (step(simulation, until)) {
    for (; seen < trace.nextEntry; seen++) {
      const entry = trace.entries[seen];
      if (entry?.fields["label"] !== LABEL) continue;
      if (entry.code === "console.output") texts.push(String(entry.fields["text"]));
      if (entry.code === "console.ended") return texts.join("");
    }
  }
  return texts.join("");
}
