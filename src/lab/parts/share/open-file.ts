// A scenario file of the reader's own, built into a world; or what is wrong with it.
import { createMachine, worldToJson } from "#sim/index.ts";
import { buildSimulation, describeError, expandScenario, readScenario } from "#sim/scenarios.ts";
import { programs } from "#sim/programs/index.ts";
import type { Beginning } from "../../instrument/session.svelte.ts";

/** A file that is larger is not looked at. */
const LONGEST = 2_000_000;

export function beginningOf(
  text: string,
  name: string,
): { readonly beginning: Beginning } | { readonly problems: readonly string[] } {
  if (text.length > LONGEST) return { problems: [`${text.length} > ${LONGEST}`] };
  const read = readScenario(text);
  if ("errors" in read) return { problems: read.errors.slice(0, 5).map(describeError) };
  const { scenario } = read;
  const simulation = buildSimulation(expandScenario(scenario), createMachine(programs));
  const title = scenario.title ?? scenario.name ?? name;
  const world = worldToJson(simulation.world);
  return { beginning: { scenario: title, title, world, historyUs: 0, file: text } };
}
