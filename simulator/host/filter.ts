// The packet filter: rules of the filter, mangle and nat tables by chain, as `iptables` writes
// them. Left out: connection tracking and what needs it (states, DNAT), chains of one's own.
import { inSubnet, type Ip } from "../wire/address.ts";
import { ipLength, type Ipv4Packet, protocolNumber } from "../wire/ipv4.ts";
import type { Host, Nic } from "./host.ts";

export type TableName = "filter" | "mangle" | "nat";
export type ChainName = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";

export interface FilterRule {
  readonly table: TableName;
  readonly chain: ChainName;
  /** Number of the protocol; 0 for all. */
  readonly protocol: number;
  readonly source?: Network;
  readonly destination?: Network;
  readonly in?: string;
  readonly out?: string;
  readonly sourcePorts?: readonly PortRange[];
  readonly destinationPorts?: readonly PortRange[];
  /** Written with `-m multiport`: only the listing differs. */
  readonly multiport: boolean;
  readonly target: "ACCEPT" | "DROP" | "REJECT" | "MARK" | "MASQUERADE" | "RETURN" | undefined;
  /** What MARK gives. */
  readonly mark?: number;
  packets: number;
  bytes: number;
}

export interface Network {
  readonly address: Ip;
  readonly prefix: number;
  /** `!`: everything but. */
  readonly inverted: boolean;
}

export type PortRange = readonly [number, number];

/** The chains' rules and policies. */
export interface Filter {
  readonly rules: readonly FilterRule[];
  /** Policies other than ACCEPT, by "<table> <chain>". */
  readonly policies: ReadonlyMap<string, "DROP">;
}

export const EMPTY_FILTER: Filter = Object.freeze({ rules: [], policies: new Map() });

/** The chains of each table, in the kernel's order of listing. */
export const CHAINS: Readonly<Record<TableName, readonly ChainName[]>> = {
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
};

/** The filter table's word on a packet: the first rule that matches, else the chain's policy. */
export function filterVerdict(
  host: Host,
  chain: "INPUT" | "FORWARD" | "OUTPUT",
  packet: Ipv4Packet,
  nics: { readonly in?: string | undefined; readonly out?: string | undefined },
): "ACCEPT" | "DROP" | "REJECT" {
  const { rules, policies } = host.filter;
  if (rules.length === 0 && policies.size === 0) return "ACCEPT";
  for (const rule of rules) {
    if (rule.table !== "filter" || rule.chain !== chain || !matches(rule, packet, nics)) continue;
    hit(rule, packet);
    const { target } = rule;
    if (target === "ACCEPT" || target === "DROP" || target === "REJECT") return target;
    if (target === "RETURN") break;
  }
  return policies.get(`filter ${chain}`) ?? "ACCEPT";
}

/** The mark that the mangle table gives a packet at PREROUTING; 0 for none. */
export function markOf(host: Host, nic: Nic, packet: Ipv4Packet): number {
  let mark = 0;
  for (const rule of host.filter.rules) {
    if (rule.table !== "mangle" || rule.chain !== "PREROUTING") continue;
    if (!matches(rule, packet, { in: nic.name })) continue;
    hit(rule, packet);
    if (rule.target === "MARK") mark = rule.mark ?? 0;
    else if (rule.target !== undefined) break;
  }
  return mark;
}

/** Whether the nat table's first rule that matches at POSTROUTING is MASQUERADE. */
export function postroutingMasquerades(host: Host, packet: Ipv4Packet, out: string): boolean {
  for (const rule of host.filter.rules) {
    if (rule.table !== "nat" || rule.chain !== "POSTROUTING") continue;
    if (!matches(rule, packet, { out })) continue;
    hit(rule, packet);
    if (rule.target !== undefined) return rule.target === "MASQUERADE";
  }
  return false;
}

function hit(rule: FilterRule, packet: Ipv4Packet): void {
  rule.packets++;
  rule.bytes += ipLength(packet);
}

function matches(
  rule: FilterRule,
  packet: Ipv4Packet,
  nics: { readonly in?: string | undefined; readonly out?: string | undefined },
): boolean {
  const { payload, source, destination } = packet;
  if (rule.protocol !== 0 && rule.protocol !== protocolNumber(payload)) return false;
  if (!isIn(rule.source, source) || !isIn(rule.destination, destination)) return false;
  if (rule.in !== undefined && rule.in !== nics.in) return false;
  if (rule.out !== undefined && rule.out !== nics.out) return false;
  if (rule.sourcePorts === undefined && rule.destinationPorts === undefined) return true;
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return false;
  return (
    hasPort(rule.sourcePorts, payload.sourcePort) &&
    hasPort(rule.destinationPorts, payload.destinationPort)
  );
}

function isIn(network: Network | undefined, ip: Ip): boolean {
  if (network === undefined) return true;
  return inSubnet(ip, network.address, network.prefix) !== network.inverted;
}

function hasPort(ranges: readonly PortRange[] | undefined, port: number): boolean {
  return ranges === undefined || ranges.some(([low, high]) => port >= low && port <= high);
}
