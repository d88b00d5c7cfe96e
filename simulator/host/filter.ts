// The few rules of the packet filter that the lessons use: drop by protocol, address and port.
// Left out: connection tracking, NAT tables, jumps to chains of one's own.
import type { Ip } from "../wire/address.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { Host } from "./host.ts";

export interface FilterRule {
  readonly chain: "INPUT" | "OUTPUT" | "FORWARD";
  readonly protocol?: Ipv4Packet["payload"]["protocol"];
  readonly source?: Ip;
  readonly destination?: Ip;
  readonly destinationPort?: number;
  readonly nic?: string;
  readonly target: "DROP" | "ACCEPT";
}

/** The first rule that matches decides; with none the packet passes. */
export function isDropped(
  host: Host,
  chain: FilterRule["chain"],
  packet: Ipv4Packet,
  nic: string | undefined,
): boolean {
  if (host.filter.length === 0) return false;
  const rule = host.filter.find((each) => each.chain === chain && matches(each, packet, nic));
  return rule?.target === "DROP";
}

function matches(rule: FilterRule, packet: Ipv4Packet, nic: string | undefined): boolean {
  const { payload } = packet;
  if (rule.protocol !== undefined && rule.protocol !== payload.protocol) return false;
  if (rule.source !== undefined && rule.source !== packet.source) return false;
  if (rule.destination !== undefined && rule.destination !== packet.destination) return false;
  if (rule.nic !== undefined && rule.nic !== nic) return false;
  if (rule.destinationPort === undefined) return true;
  const hasPort = payload.protocol === "tcp" || payload.protocol === "udp";
  return hasPort && payload.destinationPort === rule.destinationPort;
}
