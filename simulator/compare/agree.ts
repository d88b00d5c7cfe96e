// How far two streams of items agree: the longest common subsequence of items that are the same, in
// the same order and at the same time. Times in seconds, as recordings have them.
import type { Item, Streams } from "./conversations.ts";

/** VRRP, gratuitous ARP, log lines: absolute. */
const TIGHT_S = 0.12;
/** Everything else: absolute, growing with the age of its conversation … */
const LOOSE_S = 0.5;
const DRIFT = 0.03;
/** … and the gap since the one before: a kernel timer may be late by an eighth of its length. */
const STEP_S = 0.04;
const STRETCH = 0.13;

export interface Agreement {
  /** Items that agree, each side's counted. */
  readonly good: number;
  /** Items compared, each side's counted. */
  readonly total: number;
  readonly bad: readonly Disagreement[];
  /** What agrees: each recorded item with the replayed one that stands for it. */
  readonly pairs: readonly AgreeingItems[];
}

export interface AgreeingItems {
  readonly stream: string;
  readonly recorded: Item;
  readonly replayed: Item;
}

/** An item which only one side has; in order of time. */
export interface Disagreement {
  readonly at: number;
  readonly side: "recorded" | "replayed";
  /** The name of the stream it belongs to. */
  readonly stream: string;
  readonly item: Item;
}

/** Counts both sides' items; optional ones only where both sides have them. */
export function agreement(
  recorded: Streams,
  replayed: Streams,
  isTight: (stream: string) => boolean,
): Agreement {
  let good = 0;
  let total = 0;
  const bad: Disagreement[] = [];
  const agreeing: AgreeingItems[] = [];
  for (const stream of new Set([...recorded.keys(), ...replayed.keys()])) {
    const ours = recorded.get(stream) ?? [];
    const theirs = replayed.get(stream) ?? [];
    const pairs = agreeingPairs(ours, theirs, isTight(stream));
    const rest = [
      ...unpaired(ours, new Set(pairs.map(([i]) => i)), stream, "recorded"),
      ...unpaired(theirs, new Set(pairs.map(([, j]) => j)), stream, "replayed"),
    ];
    good += 2 * pairs.length;
    total += 2 * pairs.length + rest.length;
    bad.push(...rest);
    for (const [i, j] of pairs) {
      agreeing.push({ stream, recorded: ours[i]!, replayed: theirs[j]! });
    }
  }
  bad.sort((a, b) => a.at - b.at);
  return { good, total, bad, pairs: agreeing };
}

function unpaired(
  items: readonly Item[],
  paired: ReadonlySet<number>,
  stream: string,
  side: Disagreement["side"],
): Disagreement[] {
  return items
    .map((item, i) => ({ at: item.at, side, stream, item, missing: !paired.has(i) }))
    .filter(({ item, missing }) => missing && !item.optional)
    .map(({ missing: _, ...disagreement }) => disagreement);
}

type Pair = readonly [recorded: number, replayed: number];

function agreeingPairs(ours: readonly Item[], theirs: readonly Item[], tight: boolean): Pair[] {
  if (ours.length === 0 || theirs.length === 0) return [];
  const pairs = commonSubsequence(ours, theirs, tight);
  return tight ? pairs : withSteadyGaps(ours, theirs, pairs);
}

/** Drops pairs whose distance from the pair before differs too much between the two sides. */
function withSteadyGaps(
  ours: readonly Item[],
  theirs: readonly Item[],
  pairs: readonly Pair[],
): Pair[] {
  return pairs.filter(([i, j], n) => {
    const before = pairs[n - 1];
    if (before === undefined) return true;
    const gap = timeOf(ours, i) - timeOf(ours, before[0]);
    const other = timeOf(theirs, j) - timeOf(theirs, before[1]);
    return Math.abs(gap - other) <= STEP_S + STRETCH * gap;
  });
}

function timeOf(items: readonly Item[], index: number): number {
  return items[index]?.at ?? 0;
}

/**
 * Longest common subsequence by the classic table, filled from the end so that the walk from the
 * start prefers the earliest pair. One row and column more than items, all zero.
 */
function commonSubsequence(ours: readonly Item[], theirs: readonly Item[], tight: boolean): Pair[] {
  const n = ours.length;
  const m = theirs.length;
  const width = m + 1;
  const same = sameness(ours, theirs, tight);
  const best = new Int32Array((n + 1) * width);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      const at = i * width + j;
      best[at] = same(i, j)
        ? best[at + width + 1]! + 1
        : Math.max(best[at + width]!, best[at + 1]!);
    }
  }
  const pairs: Pair[] = [];
  for (let i = 0, j = 0; i < n && j < m;) {
    const at = i * width + j;
    if (same(i, j)) pairs.push([i++, j++]);
    else if (best[at + width]! >= best[at + 1]!) i++;
    else j++;
  }
  return pairs;
}

/** Whether item i and item j have the same body at nearly the same time; bodies become numbers. */
function sameness(
  ours: readonly Item[],
  theirs: readonly Item[],
  tight: boolean,
): (i: number, j: number) => boolean {
  const numbers = new Map<string, number>();
  const numberOf = ({ body }: Item): number => {
    const number = numbers.get(body) ?? numbers.size;
    numbers.set(body, number);
    return number;
  };
  const ourBodies = Int32Array.from(ours, numberOf);
  const theirBodies = Int32Array.from(theirs, numberOf);
  const ourTimes = Float64Array.from(ours, (item) => item.at);
  const theirTimes = Float64Array.from(theirs, (item) => item.at);
  const first = ourTimes[0]!;
  const slack = ourTimes.map((at) => (tight ? TIGHT_S : LOOSE_S + DRIFT * (at - first)));
  return (i, j) =>
    ourBodies[i] === theirBodies[j] && Math.abs(theirTimes[j]! - ourTimes[i]!) <= slack[i]!;
}
