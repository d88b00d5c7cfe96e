// Worlds to begin from, made while the site is built: a scenario is run up to a moment at which
// its cluster works. Pages load the result; the shell and the file's reader stay behind.
import { readFileSync } from "node:fs";
import {
  buildSimulation,
  createMachine,
  expandScenario,
  readScenario,
  runTimeline,
  worldToJson,
} from "#sim/index.ts";
import { programs } from "#sim/programs/index.ts";

/** When each world begins, in microseconds of its scenario. */
const STARTS = { article: 8_400_000 } as const;

type WorldName = keyof typeof STARTS;

export function worldText(name: WorldName): string {
  const text = readFileSync(`content/scenarios/${name}.json`, "utf8");
  const read = readScenario(text);
  if ("errors" in read) throw new Error(read.errors.map(({ message }) => message).join("\n"));
  const simulation = buildSimulation(expandScenario(read.scenario), createMachine(programs));
  runTimeline(simulation, STARTS[name]);
  return worldToJson(simulation.world);
}
