// What a comparison needs beside this code: scenarios of the library, and all programs.
import type { ProgramTable, Scenario } from "#sim/index.ts";
import type { LabSession } from "../../instrument/session.svelte.ts";
import type { Side } from "./side.ts";

export async function fetchScenario(name: string): Promise<Scenario> {
  const base = import.meta.env.BASE_URL.replace(/\/$/, "");
  const response = await fetch(`${base}/lab/scenarios/${name}.json`);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()) as Scenario;
}

export async function fetchScenarios(
  names: readonly string[],
): Promise<ReadonlyMap<string, Scenario>> {
  const found = names.map(async (name) => [name, await fetchScenario(name)] as const);
  return new Map(await Promise.all(found));
}

export async function fetchPrograms(): Promise<ProgramTable> {
  return (await import("#sim/programs/index.ts")).programs;
}

/** The run in the reader's hand, from its beginning. */
export async function fetchSide({ beginning, start, timeline }: LabSession): Promise<Side> {
  const { file, scenario: name } = beginning;
  const scenario = file === undefined ? await fetchScenario(name) : (JSON.parse(file) as Scenario);
  return { scenario, begin: start.now, steps: [], inputs: timeline.inputs };
}
