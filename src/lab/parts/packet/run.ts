// What is asked of a run when something in it is to be explained: the facts of an event, the faults
// of a host, the reader's own deeds. All of it is read off the trace when the reader asks, never
// while time runs.
import {
  causesOf,
  type FrameRecord,
  type Input,
  type TimelineInput,
  type Trace,
  type TraceEntry,
} from "#sim/index.ts";
import type { ClusterView } from "../../instrument/cluster.ts";

export interface Run {
  readonly trace: Trace;
  /** What the reader did, in order. */
  readonly inputs: readonly TimelineInput[];
  /** The last event of the time before this run. */
  readonly lastEventBefore: number;
  readonly cluster: ClusterView;
}

/** All that is known of one event. */
export interface Facts {
  readonly event: number;
  /** In time; undefined while nothing recorded tells it. */
  readonly at: number | undefined;
  readonly host: string | undefined;
  readonly entries: readonly TraceEntry[];
  readonly frames: readonly FrameRecord[];
  readonly input: Input | undefined;
}

/** The first index in a list ordered by `at` whose moment is not before `at`. */
export function placeAt(list: readonly { readonly at: number }[], at: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.at ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The event and those that led to it, nearest first, with what is known of each. */
export function factsOfChain(run: Run, event: number, until: number): Facts[] {
  const { trace } = run;
  const chain = [event, ...causesOf(trace, event)];
  const entries = new Map<number, TraceEntry[]>();
  const frames = new Map<number, FrameRecord[]>();
  for (const each of chain) {
    entries.set(each, []);
    frames.set(each, []);
  }
  for (const entry of trace.entries) {
    if (entry.at > until) break;
    entries.get(entry.event)?.push(entry);
  }
  for (const frame of trace.frames) {
    if (frame.at > until) break;
    frames.get(frame.event)?.push(frame);
  }
  return chain.map((each) => {
    const [own, sent] = [entries.get(each) ?? [], frames.get(each) ?? []];
    const known = own[0] ?? sent[0];
    return {
      event: each,
      at: known?.at,
      host: own[0]?.host ?? sent[0]?.from,
      entries: own,
      frames: sent,
      input: inputOf(run, each),
    };
  });
}

/** The frame whose arrival set off the event at place `index` of the chain. */
export function receivedBefore(chain: readonly Facts[], index: number): FrameRecord | undefined {
  const { at, host } = chain[index] ?? {};
  for (const { frames } of chain.slice(index + 1, index + 4)) {
    for (const frame of frames) {
      const isThis = frame.deliveries.some((each) => each.host === host && each.at === at);
      if (isThis) return frame;
    }
  }
  return undefined;
}

/** The reader's input that this event is. */
function inputOf({ trace, inputs, lastEventBefore }: Run, event: number): Input | undefined {
  if (event <= lastEventBefore || trace.causes[event] !== 0) return undefined;
  let order = 0;
  for (let id = lastEventBefore + 1; id < event; id++) if (trace.causes[id] === 0) order++;
  return inputs[order]?.input;
}

/** The event that the reader's input number `order` is. */
export function eventOfInput({ trace, lastEventBefore }: Run, order: number): number | undefined {
  let seen = 0;
  for (let id = lastEventBefore + 1; id < trace.causes.length; id++) {
    if (trace.causes[id] === 0 && seen++ === order) return id;
  }
  return undefined;
}

/** The last of the reader's inputs before `at` that `isWanted`. */
export function lastInput(
  { inputs }: Run,
  at: number,
  isWanted: (input: Input) => boolean,
): { readonly order: number; readonly at: number; readonly input: Input } | undefined {
  const order = inputs.findLastIndex((each) => each.at <= at && isWanted(each.input));
  const found = inputs[order];
  return found === undefined ? undefined : { order, at: found.at, input: found.input };
}

/** The last entry in (from, to] that `isWanted`. */
export function lastEntry(
  { trace }: Run,
  from: number,
  to: number,
  isWanted: (entry: TraceEntry) => boolean,
): TraceEntry | undefined {
  for (let index = placeAt(trace.entries, to + 1) - 1; index >= 0; index--) {
    const entry = trace.entries[index];
    if (entry === undefined || entry.at <= from) return undefined;
    if (isWanted(entry)) return entry;
  }
  return undefined;
}

/** The first entry in (from, to] that `isWanted`. */
export function firstEntry(
  { trace }: Run,
  from: number,
  to: number,
  isWanted: (entry: TraceEntry) => boolean,
): TraceEntry | undefined {
  for (let index = placeAt(trace.entries, from + 1); index < trace.entries.length; index++) {
    const entry = trace.entries[index];
    if (entry === undefined || entry.at > to) return undefined;
    if (isWanted(entry)) return entry;
  }
  return undefined;
}

/** The last frame sent in [from, to] that `isWanted`. */
export function lastFrame(
  { trace }: Run,
  from: number,
  to: number,
  isWanted: (frame: FrameRecord) => boolean,
): FrameRecord | undefined {
  for (let index = placeAt(trace.frames, to + 1) - 1; index >= 0; index--) {
    const frame = trace.frames[index];
    if (frame === undefined || frame.at < from) return undefined;
    if (isWanted(frame)) return frame;
  }
  return undefined;
}

/** The first frame sent in [from, to] that `isWanted`. */
export function firstFrame(
  { trace }: Run,
  from: number,
  to: number,
  isWanted: (frame: FrameRecord) => boolean,
): FrameRecord | undefined {
  for (let index = placeAt(trace.frames, from); index < trace.frames.length; index++) {
    const frame = trace.frames[index];
    if (frame === undefined || frame.at > to) return undefined;
    if (isWanted(frame)) return frame;
  }
  return undefined;
}

export const textOf = ({ fields }: TraceEntry, name: string): string => String(fields[name] ?? "");

/** An entry that says a host has lost something: its cable, its power, its keepalived. */
export function isFault({ code, fields }: TraceEntry): boolean {
  if (code === "process.ended") return fields["program"] === "keepalived-vrrp";
  if (code === "process.signal") {
    return fields["program"] === "keepalived-vrrp" && fields["signal"] === "SIGSTOP";
  }
  switch (fields["what"]) {
    case "carrier":
      return fields["up"] === false;
    case "power":
    case "service":
      return fields["on"] === false;
    case "crash":
    case "freeze":
      return true;
    default:
      return false;
  }
}

export function hostOfAddress({ cluster }: Run, address: string): string {
  const owner = cluster.hosts.find(({ nics }) => nics.some((nic) => nic.address === address));
  return owner?.name ?? address;
}

export function hostOfMac({ cluster }: Run, mac: string) {
  return cluster.hosts.find(({ nics }) => nics.some((nic) => nic.mac === mac));
}

/** The run in the reader's hand, as far as it has gone. */
export function runOf(session: {
  readonly trace: Trace;
  readonly timeline: { readonly inputs: readonly TimelineInput[] };
  readonly start: { readonly lastEvent: number };
  readonly cluster: ClusterView;
}): Run {
  return {
    trace: session.trace,
    inputs: session.timeline.inputs,
    lastEventBefore: session.start.lastEvent,
    cluster: session.cluster,
  };
}
