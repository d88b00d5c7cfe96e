// The trace: what happened, in order, each entry with the event that brought it about. Kept whole
// are frames, log lines and marks; `causes` leads from any event back to the input that began it.
import type { Frame } from "../wire/ethernet.ts";

/** Plain values only, so that an entry can be printed, compared and stored. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * `log` a line of a host's log · `mark` a change worth a place on the time line · the others are
 * named `<layer>.<what happened>`. A packet that is dropped is always recorded as `drop.<reason>`.
 */
export type TraceCode = `${string}.${string}` | "log" | "mark";

export interface TraceEntry {
  readonly at: number;
  readonly event: number;
  readonly host: string;
  readonly code: TraceCode;
  readonly fields: Fields;
}

/** One frame's way over one network. */
export interface FrameRecord {
  readonly id: number;
  /** When it left the sender. */
  readonly at: number;
  readonly event: number;
  readonly from: string;
  readonly nic: string;
  readonly network: string;
  readonly frame: Frame;
  readonly deliveries: readonly Delivery[];
  /** Where and why it ended before anybody got it. */
  readonly lost?: { readonly at: number; readonly where: string; readonly reason: string };
}

export interface Delivery {
  readonly host: string;
  readonly nic: string;
  readonly at: number;
  /** False when the interface saw the frame but it was addressed to another MAC (flooding). */
  readonly accepted: boolean;
}

export interface Trace {
  readonly frames: FrameRecord[];
  readonly entries: TraceEntry[];
  /** `causes[id]`: the event that asked for event `id`; 0 for an input by a person. */
  readonly causes: number[];
  /**
   * Where the next frame and entry are written. After moving back in time they stand inside the
   * lists: what is beyond is the recorded future, and running through it again writes the same.
   */
  nextFrame: number;
  nextEntry: number;
  /** Counts the times that a recorded future was dropped: what was read of it is to be read anew. */
  cuts: number;
}

export function emptyTrace(): Trace {
  return { frames: [], entries: [], causes: [], nextFrame: 0, nextEntry: 0, cuts: 0 };
}

export function appendFrame(trace: Trace, frame: FrameRecord): void {
  trace.frames[trace.nextFrame++] = frame;
}

export function appendEntry(trace: Trace, entry: TraceEntry): void {
  trace.entries[trace.nextEntry++] = entry;
}

/** Drops all that is beyond the places of writing. */
export function cutTrace(trace: Trace, lastEvent: number): void {
  if (trace.frames.length > trace.nextFrame || trace.entries.length > trace.nextEntry) trace.cuts++;
  trace.frames.length = trace.nextFrame;
  trace.entries.length = trace.nextEntry;
  trace.causes.length = Math.min(trace.causes.length, lastEvent + 1);
}
