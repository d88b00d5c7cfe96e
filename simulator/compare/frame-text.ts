// A frame of a recording in one line, for people: what it is, from whom to whom, and the fields that
// tell it from its neighbours. Who took it is said where it is one host.
import type { CapturedFrame, JsonRecord } from "../scenario/types.ts";

/** "TCP 192.168.88.2:41000 → 192.168.88.100:80 SYN · to node-1". */
export function frameText(frame: CapturedFrame): string {
  const receivers = frame.to ?? [];
  return `${layerText(frame)}${receivers.length === 1 ? ` · to ${receivers[0]}` : ""}`;
}

function layerText({ arp, ip }: CapturedFrame): string {
  if (arp !== undefined) return arpText(arp);
  return ip === undefined ? "a frame" : ipText(ip);
}

function arpText(arp: JsonRecord): string {
  const sender = String(arp.sender_ip);
  const target = String(arp.target_ip);
  if (sender === target) return `gratuitous ARP ${sender} is at ${String(arp.sender_mac)}`;
  if (arp.op === "request") return `ARP who has ${target}? tell ${sender}`;
  return `ARP ${sender} is at ${String(arp.sender_mac)}, to ${target}`;
}

function ipText(ip: JsonRecord): string {
  const ends = `${String(ip.src)} → ${String(ip.dst)}`;
  const has = (name: string): JsonRecord | undefined => {
    const value = ip[name];
    return typeof value === "object" && value !== null ? (value as JsonRecord) : undefined;
  };
  const vrrp = has("vrrp");
  if (vrrp !== undefined) {
    return `VRRP advertisement ${ends} vrid ${word(vrrp.vrid)} prio ${word(vrrp.prio)}`;
  }
  const tcp = has("tcp");
  if (tcp !== undefined) return `TCP ${segmentText(ip, tcp)} ${flagsText(tcp)}`;
  const udp = has("udp");
  if (udp !== undefined) return `UDP ${segmentText(ip, udp)} length ${word(udp.len)}`;
  const icmp = has("icmp");
  if (icmp !== undefined) return `ICMP ${icmpName(icmp)} ${ends}`;
  const inside = has("ipip") ?? has("inner");
  if (inside !== undefined) return `IPIP ${ends} [${ipText(inside)}]`;
  return has("igmp") === undefined ? `IP ${ends}` : `IGMP membership report ${ends}`;
}

function segmentText(ip: JsonRecord, segment: JsonRecord): string {
  const source = `${word(ip.src)}:${word(segment.sport)}`;
  return `${source} → ${word(ip.dst)}:${word(segment.dport)}`;
}

const FLAGS = { S: "SYN", F: "FIN", R: "RST", P: "PSH", ".": "ACK", A: "ACK" } as const;

function flagsText(tcp: JsonRecord): string {
  const flags = [...word(tcp.flags)].map((flag) => FLAGS[flag as keyof typeof FLAGS] ?? flag);
  const data = tcp.len_seg ?? tcp.len;
  const length = Number(data ?? 0) > 0 ? ` length ${Number(data)}` : "";
  return `${flags.join(" ")}${length}`;
}

const ICMP_NAMES: Readonly<Record<number, string>> = {
  0: "echo reply",
  3: "unreachable",
  5: "redirect",
  8: "echo request",
  11: "time exceeded",
};

function icmpName(icmp: JsonRecord): string {
  const type = Number(icmp.type);
  return ICMP_NAMES[type] ?? `type ${type}`;
}

function word(value: unknown): string {
  return value === undefined ? "?" : String(value as string | number);
}
