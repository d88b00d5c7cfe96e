// What the simulator leaves out on purpose, by name: which frames, log lines or parts of outputs are
// not compared, and why. An exclusion takes the same away from both sides, and what it takes is
// counted and reported; it never hides more than the share that it states.
import type { Item, Streams } from "./conversations.ts";
import { kindOf } from "./conversations.ts";
import type { RecordedStep } from "../scenario/types.ts";

export type Part = "frames" | "logs" | "outputs";

export type Exclusion = {
  readonly id: string;
  /** Name of a recording, or "*" for all. */
  readonly recording: string;
  readonly reason: string;
  /** The most that it may take away (or touch) of a recording's part, in percent. */
  readonly share: number;
} & (
  | { readonly frames: FrameMatcher }
  | { readonly logs: LogMatcher }
  | { readonly outputs: StepMatcher }
);

interface Window {
  /** Seconds after the scenario's start, both inclusive. */
  readonly after?: number;
  readonly before?: number;
}

export interface FrameMatcher extends Window {
  /** Kind of conversation: "vrrp", "garp", "arp", "igmp", "tcp", "udp", "ping", "icmp", … */
  readonly kind?: string;
  /** The host that sent it. */
  readonly from?: string;
  /** Values by their place in the frame: `{ "ip.icmp.type": 5 }`. */
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
  /** Places in the frame at which something must stand, whatever it is. */
  readonly has?: readonly string[];
}

export interface LogMatcher extends Window {
  readonly host?: string;
  readonly ident?: string;
  /** A regular expression, held against the line as it is compared. */
  readonly text?: string;
}

export interface StepMatcher extends Window {
  readonly host?: string;
  /** A regular expression, held against the command. */
  readonly run?: string;
  /** A regular expression: only the output's lines that match are left out, not the whole step. */
  readonly lines?: string;
  /** A regular expression: only the parts of lines that match are left out. */
  readonly erase?: string;
  /** What stands in place of what is erased. */
  readonly put?: string;
  /** A regular expression: neighbouring lines that match may stand in any order. */
  readonly unordered?: string;
}

/** What one exclusion took away of a part, on both sides together. */
export interface Excluded {
  readonly id: string;
  readonly part: Part;
  readonly items: number;
}

/** The exclusions that speak of this recording. */
export function exclusionsFor(name: string, exclusions: readonly Exclusion[]): Exclusion[] {
  return exclusions.filter(({ recording }) => recording === "*" || recording === name);
}

/** The streams without the frames or log lines that are excluded; each of these is counted. */
export function withoutExcluded(
  streams: Streams,
  part: "frames" | "logs",
  exclusions: readonly Exclusion[],
  count: (id: string) => void,
): Streams {
  const rest: Streams = new Map();
  for (const [stream, items] of streams) {
    const kept = items.filter((item) => {
      const rule = exclusions.find((exclusion) => matchers[part](exclusion, stream, item));
      if (rule !== undefined) count(rule.id);
      return rule === undefined;
    });
    if (kept.length > 0) rest.set(stream, kept);
  }
  return rest;
}

type StepExclusion = Exclusion & { outputs: StepMatcher };

/** The exclusion that takes the whole step, and those that take a part of either side's output. */
export function stepExclusions(
  step: RecordedStep,
  exclusions: readonly Exclusion[],
  replayed: RecordedStep | undefined,
): { whole: Exclusion | undefined; parts: readonly StepExclusion[] } {
  const matching = exclusions.filter(
    (exclusion): exclusion is StepExclusion =>
      "outputs" in exclusion && matchesStep(exclusion.outputs, step),
  );
  const isWhole = ({ outputs: { lines, erase, unordered } }: StepExclusion): boolean =>
    lines === undefined && erase === undefined && unordered === undefined;
  return {
    whole: matching.find(isWhole),
    parts: matching.filter(
      (exclusion) =>
        !isWhole(exclusion) &&
        [step, replayed].some((side) => textOf(side) !== withoutParts(textOf(side), [exclusion])),
    ),
  };
}

/** An output without what these exclusions take of it. */
export function withoutParts(text: string, exclusions: readonly StepExclusion[]): string {
  return exclusions.reduce((rest, { outputs: { lines, erase, put = "", unordered } }) => {
    if (erase !== undefined) rest = rest.replace(new RegExp(erase, "gm"), put);
    if (lines !== undefined) {
      const pattern = new RegExp(lines);
      rest = rest
        .split("\n")
        .filter((line) => !pattern.test(line))
        .join("\n");
    }
    return unordered === undefined ? rest : inAnyOrder(rest, new RegExp(unordered));
  }, text);
}

/** Each run of lines that match, sorted. */
function inAnyOrder(text: string, pattern: RegExp): string {
  const sorted: string[] = [];
  let run: string[] = [];
  for (const line of text.split("\n")) {
    if (pattern.test(line)) {
      run.push(line);
      continue;
    }
    sorted.push(...run.sort(), line);
    run = [];
  }
  return [...sorted, ...run.sort()].join("\n");
}

const matchers = {
  frames: (exclusion: Exclusion, stream: string, item: Item) =>
    "frames" in exclusion && matchesFrame(exclusion.frames, stream, item),
  logs: (exclusion: Exclusion, stream: string, item: Item) =>
    "logs" in exclusion && matchesLine(exclusion.logs, stream, item),
};

function matchesFrame(matcher: FrameMatcher, stream: string, item: Item): boolean {
  const { kind, from, fields = {}, has = [] } = matcher;
  if (!inWindow(matcher, item.at)) return false;
  if (kind !== undefined && kind !== kindOf(stream)) return false;
  if (from !== undefined && from !== item.frame?.from) return false;
  if (has.some((path) => valueAt(item.frame, path) === undefined)) return false;
  return Object.entries(fields).every(([path, value]) => valueAt(item.frame, path) === value);
}

function matchesLine(matcher: LogMatcher, stream: string, item: Item): boolean {
  const [host, ident] = JSON.parse(stream) as [string, string];
  if (!inWindow(matcher, item.at)) return false;
  if (matcher.host !== undefined && matcher.host !== host) return false;
  if (matcher.ident !== undefined && matcher.ident !== ident) return false;
  return matcher.text === undefined || new RegExp(matcher.text).test(item.body);
}

function matchesStep(matcher: StepMatcher, step: RecordedStep): boolean {
  if (!("run" in step) || !inWindow(matcher, step.t)) return false;
  if (matcher.host !== undefined && matcher.host !== step.host) return false;
  return matcher.run === undefined || new RegExp(matcher.run).test(step.run);
}

function textOf(step: RecordedStep | undefined): string {
  return `${step?.stdout ?? ""}\n${step?.stderr ?? ""}`;
}

function inWindow({ after = -Infinity, before = Infinity }: Window, at: number): boolean {
  return at >= after && at <= before;
}

function valueAt(record: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => {
    const isObject = typeof inner === "object" && inner !== null;
    return isObject ? (inner as Record<string, unknown>)[key] : undefined;
  }, record);
}
