// A frame's kind, by which the map and the ladder draw it.
import { isGratuitous } from "./arp.ts";
import type { Frame } from "./ethernet.ts";
import type { Ipv4Packet } from "./ipv4.ts";

export type FrameKind =
  | "vrrp"
  | "arp-request"
  | "arp-reply"
  | "gratuitous-arp"
  | "tcp-request"
  | "tcp-reply"
  | "icmp"
  | "igmp"
  | "udp";

/** Ports from here on are a client's (I229). */
const FIRST_EPHEMERAL_PORT = 32768;

/** A tunnelled packet counts as what it carries. */
export function summarizeFrame({ payload }: Frame): { readonly kind: FrameKind } {
  if (payload.protocol !== "arp") return { kind: kindOfPacket(payload) };
  if (isGratuitous(payload)) return { kind: "gratuitous-arp" };
  return { kind: payload.operation === "request" ? "arp-request" : "arp-reply" };
}

function kindOfPacket({ payload }: Ipv4Packet): FrameKind {
  if (payload.protocol === "ipv4") return kindOfPacket(payload);
  if (payload.protocol !== "tcp") return payload.protocol;
  return payload.destinationPort < FIRST_EPHEMERAL_PORT ? "tcp-request" : "tcp-reply";
}
