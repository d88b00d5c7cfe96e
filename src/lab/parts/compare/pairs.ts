// The sides of a ready pair, built from the library's scenarios.
import type { Scenario } from "#sim/index.ts";
import type { Pair } from "./pairs.table.ts";
import { changed, type Side, withSteps } from "./side.ts";

/** The scenarios of the library that a pair needs. */
export function basesOf({ base, a, b }: Pair): string[] {
  return [...new Set([a.base ?? base, b.base ?? base])];
}

export function sidesOf(
  pair: Pair,
  scenarios: ReadonlyMap<string, Scenario>,
): readonly [Side, Side] {
  const side = (own: Pair["a"]): Side => {
    const base = scenarios.get(own.base ?? pair.base);
    if (base === undefined) throw new Error(`no scenario ${own.base ?? pair.base}`);
    const scenario = { ...base, ...pair.own };
    const begin = Math.round(pair.begin * 1_000_000);
    const start: Side = { scenario, begin, steps: [], inputs: [] };
    return own.changes.reduce(changed, withSteps(start, pair.steps));
  };
  return [side(pair.a), side(pair.b)];
}
