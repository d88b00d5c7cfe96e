// The same packet on its way: the frame it came in, the frame it went on in, and what was changed
// between the two.
import { causesOf, type FrameRecord, type Trace } from "#sim/index.ts";
import type { Ipv4Packet } from "#sim/packets.ts";
import { innerPacket } from "../../instrument/frames.ts";
import { dissect, type Field, type LayerName } from "./fields.ts";

/** A packet waits this long at most for its next hop's MAC address; microseconds. */
const LONGEST_STAY_US = 4_000_000;

/** What no hop changes: protocol, identification, and what the packet carries. */
function identityOf({ frame: { payload } }: FrameRecord): string | undefined {
  if (payload.protocol === "arp") return undefined;
  const packet = innerPacket(payload);
  const { payload: inner, id } = packet;
  switch (inner.protocol) {
    case "tcp":
      return `tcp ${id} ${inner.sequence} ${inner.acknowledgement} ${inner.flags} ${inner.data}`;
    case "udp":
      return `udp ${id} ${inner.data}`;
    case "icmp":
      return "identifier" in inner
        ? `icmp ${id} ${inner.type} ${inner.identifier} ${inner.sequence}`
        : `icmp ${id} ${inner.type}`;
    default:
      return undefined;
  }
}

/** Whether it carries a packet that somebody may pass on: no ARP, no advert. */
export function mayTravel(record: FrameRecord): boolean {
  return identityOf(record) !== undefined;
}

/**
 * Where a frame stands in the list: frames' numbers follow one another. Running through the same
 * time again writes the same frames anew, so that it is the number that tells a frame.
 */
export function placeOf({ frames }: Trace, { id, at }: FrameRecord): number {
  const place = id - (frames[0]?.id ?? 0);
  const found = frames[place];
  return found?.id === id && found.at === at ? place : -1;
}

/** One end at least stays: NAT rewrites one, direct routing and tunnels none. */
function keepsAnEnd(one: FrameRecord, other: FrameRecord): boolean {
  const [a, b] = [one.frame.payload, other.frame.payload];
  if (a.protocol === "arp" || b.protocol === "arp") return false;
  const [from, to] = [innerPacket(a), innerPacket(b)];
  return from.source === to.source || from.destination === to.destination;
}

function isHop(before: FrameRecord, after: FrameRecord): boolean {
  const identity = identityOf(before);
  return (
    identity !== undefined &&
    identity === identityOf(after) &&
    keepsAnEnd(before, after) &&
    before.deliveries.some(({ host, accepted }) => accepted && host === after.from)
  );
}

/** The frame that this packet went on in: sent by who received it, because it was received. */
export function nextHop(trace: Trace, record: FrameRecord): FrameRecord | undefined {
  if (identityOf(record) === undefined) return undefined;
  const place = placeOf(trace, record);
  if (place < 0) return undefined;
  let waited: FrameRecord | undefined;
  for (let index = place + 1; index < trace.frames.length; index++) {
    const other = trace.frames[index];
    if (other === undefined || other.at > record.at + LONGEST_STAY_US) break;
    if (!isHop(record, other)) continue;
    if (trace.causes[other.event] === record.event) return other;
    // It may have waited for the answer to an ARP request.
    waited ??= other;
  }
  return waited;
}

/** The frame that this packet came in. */
export function previousHop(trace: Trace, record: FrameRecord): FrameRecord | undefined {
  if (identityOf(record) === undefined) return undefined;
  const causes = new Set(causesOf(trace, record.event).slice(0, 8));
  let waited: FrameRecord | undefined;
  for (let index = placeOf(trace, record) - 1; index >= 0; index--) {
    const other = trace.frames[index];
    if (other === undefined || other.at < record.at - LONGEST_STAY_US) break;
    if (!isHop(other, record)) continue;
    if (causes.has(other.event)) return other;
    waited ??= other;
  }
  return waited;
}

export interface Change {
  readonly layer: LayerName;
  readonly field: Field;
  /** Undefined where the field is new: one more header. */
  readonly was: string | undefined;
  /** Follows from the others: a checksum, a length, the sender's own MAC. */
  readonly isQuiet: boolean;
}

/** What the hop changed, by the fields of the frame after it; a header taken off is not in there. */
export function changesOf(before: FrameRecord, after: FrameRecord): Change[] {
  const old = new Map(
    dissect(before.frame)
      .layers.flatMap(({ fields }) => fields)
      .map(({ key, value }) => [key, value]),
  );
  return dissect(after.frame)
    .layers.flatMap(({ name: layer, fields }) => fields.map((field) => ({ layer, field })))
    .filter(({ field }) => old.get(field.key) !== field.value)
    .map(({ layer, field }) => ({
      layer,
      field,
      was: old.get(field.key),
      isQuiet:
        field.key === "ethernet.source" ||
        field.name === "checksum" ||
        (layer === "outer" && !/\.(source|destination)$/.test(field.key)),
    }));
}

export type Rewrite = "route" | "nat-out" | "nat-back" | "tunnel" | "untunnel" | "forward";

/** What kind of hop it was, read off the two frames themselves. */
export function rewriteOf(before: FrameRecord, after: FrameRecord, vips: readonly string[]) {
  const [was, is] = [before.frame.payload, after.frame.payload];
  if (was.protocol === "arp" || is.protocol === "arp") return undefined;
  return rewriteOfPacket(was, is, vips);
}

function rewriteOfPacket(before: Ipv4Packet, after: Ipv4Packet, vips: readonly string[]): Rewrite {
  if (depthOf(after) > depthOf(before)) return "tunnel";
  if (depthOf(after) < depthOf(before)) return "untunnel";
  if (before.destination !== after.destination) return "nat-out";
  if (before.source !== after.source) return "nat-back";
  return vips.includes(after.destination) ? "route" : "forward";
}

function depthOf({ payload }: Ipv4Packet): number {
  return payload.protocol === "ipv4" ? 1 + depthOf(payload) : 0;
}
