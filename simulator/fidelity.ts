// The door for the page that shows how far the simulator agrees with its recordings: one recording
// replayed and compared, with everything the page prints of it.
import { compare, isWhole, PARTS, scenarioOf } from "./compare.ts";
import type { Comparison, Exclusion, Part } from "./compare.ts";
import { sideBySide, type SideBySideRow } from "./compare/side-by-side.ts";
import { replay } from "./replay.ts";
import { describeError, readRecording } from "./scenario.ts";

export type { Exclusion, Part, SideBySideRow };

export interface Share {
  readonly good: number;
  readonly total: number;
}

export interface Fidelity {
  readonly name: string;
  readonly title: string;
  readonly isWhole: boolean;
  readonly shares: Readonly<Record<Part, Share>>;
  /** The same, nothing left out. */
  readonly sharesOfAll: Readonly<Record<Part, Share>>;
  /** What was left out: exclusion, part, items of both sides. */
  readonly excluded: Comparison["excluded"];
  /** The largest distance in time of two agreeing log lines, in milliseconds. */
  readonly latest: number;
  readonly rows: readonly SideBySideRow[];
}

/** What a recording was made from, with what chance drew; throws where `text` is no recording. */
export function scenarioText(text: string): string {
  const read = readRecording(text);
  if ("errors" in read) throw new Error(read.errors.map(describeError).join("\n"));
  return JSON.stringify(scenarioOf(read.recording));
}

/** Replays and compares the recording that `text` holds; throws where it is not one. */
export function fidelityOf(text: string, exclusions: readonly Exclusion[]): Fidelity {
  const read = readRecording(text);
  if ("errors" in read) throw new Error(read.errors.map(describeError).join("\n"));
  const { recording } = read;
  const replayed = replay(scenarioOf(recording));
  const comparison = compare(recording, replayed, exclusions);
  const distances = comparison.logs.pairs.map(({ recorded, replayed: other }) =>
    Math.abs(other.at - recorded.at),
  );
  return {
    name: recording.name ?? "",
    title: recording.title ?? recording.name ?? "",
    isWhole: isWhole(comparison),
    shares: sharesOf(comparison),
    sharesOfAll: sharesOf(compare(recording, replayed)),
    excluded: comparison.excluded,
    latest: Math.round(Math.max(0, ...distances) * 10_000) / 10,
    rows: sideBySide(recording, replayed, comparison),
  };
}

function sharesOf(comparison: Comparison): Record<Part, Share> {
  const share = (part: Part): Share => {
    const { good, total } = comparison[part];
    return { good, total };
  };
  const entries = PARTS.map((part) => [part, share(part)] as const);
  return Object.fromEntries(entries) as Record<Part, Share>;
}
