// The frames that pass a filter, read on as the trace grows: a list of places in the trace's own
// list, so that a long session costs no more a picture than a short one.
import type { FrameRecord, Trace } from "#sim/index.ts";
import { type SeenConnections, tcpdumpLine } from "#sim/packets.ts";
import { innerPacket } from "../../instrument/frames.ts";
import { passes, type Term } from "./filter.ts";

export interface ListReader {
  terms: readonly Term[];
  cuts: number;
  /** So many frames of the trace have been read. */
  read: number;
  /** Places in `trace.frames`. */
  matches: number[];
  /** Where each connection's numbers begin, for lines as tcpdump prints them. */
  seen: SeenConnections;
  /** Both ends of connections already in `seen`. */
  known: Set<string>;
}

export function beginList(terms: readonly Term[]): ListReader {
  return { terms, cuts: -1, read: 0, matches: [], seen: new Map(), known: new Set() };
}

/** Reads what the trace has got since. */
export function readList(reader: ListReader, trace: Trace): readonly number[] {
  if (reader.cuts !== trace.cuts) {
    Object.assign(reader, beginList(reader.terms), { cuts: trace.cuts });
  }
  for (; reader.read < trace.frames.length; reader.read++) {
    const record = trace.frames[reader.read];
    if (record === undefined) continue;
    remember(reader, record);
    if (passes(reader.terms, record, () => lineOf(reader, record))) {
      reader.matches.push(reader.read);
    }
  }
  return reader.matches;
}

const ACK = 0x10;

/** tcpdump counts a connection's bytes from the first segment that it sees with an ACK. */
function remember(reader: ListReader, { frame }: FrameRecord): void {
  if (frame.payload.protocol === "arp") return;
  const { payload, source, destination } = innerPacket(frame.payload);
  if (payload.protocol !== "tcp" || (payload.flags & ACK) === 0) return;
  const ends = [`${source} ${payload.sourcePort}`, `${destination} ${payload.destinationPort}`];
  const key = ends.sort().join(" ");
  if (reader.known.has(key)) return;
  reader.known.add(key);
  tcpdumpLine(frame, {}, reader.seen);
}

/** As `tcpdump -nn` prints it. */
export function lineOf({ seen }: ListReader, { frame }: FrameRecord): string {
  return tcpdumpLine(frame, {}, seen);
}

/** How many of the matches were sent before the trace's own place of writing. */
export function countBefore(matches: readonly number[], place: number): number {
  let [low, high] = [0, matches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((matches[middle] ?? Infinity) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Window {
  readonly first: number;
  readonly end: number;
}

/** Which rows are to be drawn: those in sight, and a few on either side. */
export function windowOf(
  total: number,
  scrollTop: number,
  height: number,
  rowHeight: number,
): Window {
  const MARGIN = 6;
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - MARGIN);
  const end = Math.min(total, Math.ceil((scrollTop + height) / rowHeight) + MARGIN);
  return { first: Math.min(first, end), end };
}
