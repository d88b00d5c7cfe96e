// Holds a replay against a recording of real machines: the share of frames, of log lines and of
// step outputs that agree, and what does not. Frames keep their order and times within each
// conversation, log lines within each process; texts are compared after what chance, the clock or a
// hash decides is taken out of them.
import { agreement } from "./compare/agree.ts";
import type { Agreement, Disagreement } from "./compare/agree.ts";
import { append, conversationsOf, kindOf, TIGHT_KINDS } from "./compare/conversations.ts";
import type { Item, Streams } from "./compare/conversations.ts";
import {
  exclusionsFor,
  stepExclusions,
  withoutExcluded,
  withoutParts,
} from "./compare/exclusions.ts";
import type { Excluded, Exclusion, Part } from "./compare/exclusions.ts";
import { comparedMessage, isSameText } from "./compare/text.ts";
import type { RecordedStep, Recording, StepResult } from "./scenario.ts";

export { scenarioOf } from "./compare/draws.ts";
export type { Agreement, Disagreement, Excluded, Exclusion, Part };

/** What came of a run, as far as it is compared. */
export type Replayed = Pick<Recording, "frames" | "logs" | "steps">;

export interface Comparison {
  readonly frames: Agreement;
  readonly logs: Agreement;
  readonly outputs: OutputAgreement;
  /** What each exclusion took away, of both sides. */
  readonly excluded: readonly Excluded[];
}

export interface OutputAgreement {
  readonly good: number;
  readonly total: number;
  readonly bad: readonly OutputDisagreement[];
  /** Places of the steps that an exclusion takes whole. */
  readonly leftOut: readonly number[];
}

export interface OutputDisagreement {
  /** Its place among the steps. */
  readonly step: number;
  readonly at: number;
  readonly host: string;
  readonly run: string;
  readonly recorded: StepResult;
  readonly replayed: StepResult;
}

export const PARTS = ["frames", "logs", "outputs"] as const satisfies readonly Part[];

export function compare(
  recording: Recording,
  replay: Replayed,
  exclusions: readonly Exclusion[] = [],
): Comparison {
  const rules = exclusionsFor(recording.name ?? "", exclusions);
  const tally = new Map<string, Excluded>();
  const count = (part: Part, items: number) => (id: string) => {
    const before = tally.get(`${part} ${id}`)?.items ?? 0;
    tally.set(`${part} ${id}`, { id, part, items: before + items });
  };
  const kept = (streams: Streams, part: "frames" | "logs"): Streams =>
    withoutExcluded(streams, part, rules, count(part, 1));
  const frames = agreement(
    kept(conversationsOf(recording), "frames"),
    kept(conversationsOf(replay), "frames"),
    (stream) => TIGHT_KINDS.includes(kindOf(stream)),
  );
  const logs = agreement(
    kept(logStreams(recording), "logs"),
    kept(logStreams(replay), "logs"),
    () => true,
  );
  const outputs = compareOutputs(recording, replay, rules, count("outputs", 1));
  return { frames, logs, outputs, excluded: [...tally.values()] };
}

/** Of what was compared; nothing to compare agrees wholly. */
export function percent({ good, total }: { good: number; total: number }): number {
  return total === 0 ? 100 : (100 * good) / total;
}

export function isWhole(comparison: Comparison): boolean {
  return PARTS.every((part) => comparison[part].good === comparison[part].total);
}

/** Percent of each part that agrees, rounded down to hundredths so that 100 means all. */
export function sharesOf(comparison: Comparison): Record<Part, number> {
  const share = (part: Part): number => Math.floor(100 * percent(comparison[part])) / 100;
  return { frames: share("frames"), logs: share("logs"), outputs: share("outputs") };
}

function logStreams(recording: Pick<Recording, "logs">): Streams {
  const streams: Streams = new Map();
  for (const [host, lines] of Object.entries(recording.logs)) {
    for (const line of lines) {
      const item: Item = { at: line.t, body: comparedMessage(line.msg), optional: false, line };
      append(streams, JSON.stringify([host, line.ident]), item);
    }
  }
  return streams;
}

/** Steps stand in the same places on both sides; each recorded one counts once. */
function compareOutputs(
  recording: Recording,
  replay: Replayed,
  rules: readonly Exclusion[],
  count: (id: string) => void,
): OutputAgreement {
  let total = 0;
  const bad: OutputDisagreement[] = [];
  const leftOut: number[] = [];
  recording.steps.forEach((step, i) => {
    if (!("run" in step) || step.record !== true) return;
    const { whole, parts } = stepExclusions(step, rules, replay.steps[i]);
    [...(whole ? [whole] : parts)].forEach(({ id }) => count(id));
    if (whole !== undefined) {
      leftOut.push(i);
      return;
    }
    const keep = (text = ""): string => withoutParts(text, parts);
    const recorded = resultOf(step, keep);
    const replayed = resultOf(replay.steps[i], keep);
    total++;
    if (!isSameResult(recorded, replayed)) {
      bad.push({ step: i, at: step.t, host: step.host, run: step.run, recorded, replayed });
    }
  });
  return { good: total - bad.length, total, bad, leftOut };
}

function resultOf(
  step: RecordedStep | undefined,
  keep: (text: string | undefined) => string,
): StepResult {
  return {
    ...(step?.code === undefined ? {} : { code: step.code }),
    stdout: keep(step?.stdout),
    stderr: keep(step?.stderr),
  };
}

function isSameResult(a: StepResult, b: StepResult): boolean {
  return (
    a.code === b.code &&
    isSameText(a.stdout ?? "", b.stdout ?? "") &&
    isSameText(a.stderr ?? "", b.stderr ?? "")
  );
}
