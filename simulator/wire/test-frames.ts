// For tests only: a frame made again from what a recording keeps of it. What it does not keep is
// filled in as Linux would: TCP options by the flags, "x" for the bytes after a first HTTP line.
import type { Ip, Mac } from "./address.ts";
import { BROADCAST_MAC, multicastMac } from "./address.ts";
import type { Frame } from "./ethernet.ts";
import type { IcmpMessage } from "./icmp.ts";
import type { IpPayload, Ipv4Packet } from "./ipv4.ts";
import type {
  RecordedFrame,
  RecordedIcmp,
  RecordedIp,
  RecordedTcp,
  RecordedUdp,
  RecordedVrrp,
} from "./recorded.ts";
import { ACK, FIN, PSH, RST, SYN, type TcpOptions } from "./tcp.ts";
import { VRRP_GROUP, type VrrpAdvert } from "./vrrp.ts";

/** The MAC address of a host by its name; any name gets one. */
export function macOf(name: string): Mac {
  if (name.includes(":")) return name;
  if (name === "broadcast") return BROADCAST_MAC;
  if (name === "vrrp-multicast") return multicastMac(VRRP_GROUP);
  const known = ["", "", "client", "", "", "", "", "", "keepalived", "keepalived-backup"];
  const octet = known.includes(name) ? known.indexOf(name) : 100 + name.length * 2 + last(name);
  return `02:00:00:00:58:${octet.toString(16).padStart(2, "0")}`;
}

function last(name: string): number {
  return name.charCodeAt(name.length - 1) % 16;
}

/** Of every connection: what the relative numbers of its two senders start from. */
const INITIAL_SEQUENCE = 3_384_260_161;

export function frameOfRecorded(recorded: RecordedFrame): Frame {
  const { arp, ip } = recorded;
  const link = { source: macOf(recorded.src), destination: macOf(recorded.dst) };
  if (ip) return { ...link, payload: packetOf(ip) };
  const payload = {
    protocol: "arp",
    operation: arp.op,
    senderMac: macOf(arp.sender_mac),
    senderIp: arp.sender_ip,
    targetMac: macOf(arp.target_mac),
    targetIp: arp.target_ip,
  } as const;
  return { ...link, payload };
}

function packetOf(ip: RecordedIp): Ipv4Packet {
  return {
    protocol: "ipv4",
    source: ip.src,
    destination: ip.dst,
    ttl: ip.ttl,
    tos: ip.tos ?? 0,
    id: ip.id,
    dontFragment: ip.df ?? false,
    payload: payloadOf(ip),
  };
}

function payloadOf(ip: RecordedIp): IpPayload {
  if (ip.tcp) return segmentOf(ip.tcp);
  if (ip.udp) return datagramOf(ip.udp);
  if (ip.icmp) return messageOf(ip.icmp, ip.len);
  if (ip.igmp) return { protocol: "igmp", records: ip.igmp.records };
  if (ip.vrrp) return advertOf(ip.vrrp, ip.ah);
  if (ip.ipip) return packetOf(ip.ipip);
  throw new Error(`a recorded packet of another kind: ${JSON.stringify(ip)}`);
}

function segmentOf(tcp: RecordedTcp) {
  const bits: Record<string, number> = { S: SYN, A: ACK, R: RST, P: PSH, F: FIN };
  const flags = [...tcp.flags].reduce((sum, letter) => sum | (bits[letter] ?? 0), 0);
  const http = tcp.http === undefined ? "" : `${tcp.http}\r\n`;
  const acknowledgement =
    (flags & ACK) === 0 ? 0 : (tcp.ack_abs ?? INITIAL_SEQUENCE + (tcp.ack ?? 0));
  return {
    protocol: "tcp",
    sourcePort: tcp.sport,
    destinationPort: tcp.dport,
    sequence: tcp.seq_abs ?? INITIAL_SEQUENCE + (tcp.seq ?? 0),
    acknowledgement,
    flags,
    window: tcp.win,
    options: optionsOf(tcp.mss, flags),
    data: http.padEnd(tcp.data ?? 0, "x"),
  } as const;
}

function optionsOf(mss: number | undefined, flags: number): TcpOptions {
  if ((flags & RST) !== 0) return {};
  const timestamps = { value: 573_234_618, echo: (flags & ACK) === 0 ? 0 : 2_304_468_970 };
  if (mss === undefined) return { timestamps };
  return { mss, sackPermitted: true, timestamps, windowScale: 7 };
}

function datagramOf(udp: RecordedUdp) {
  const digits = udp.ipvs_sync?.match(/../g);
  const data = digits ? digits.map((pair) => String.fromCharCode(parseInt(pair, 16))).join("") : "";
  return {
    protocol: "udp",
    sourcePort: udp.sport,
    destinationPort: udp.dport,
    data: data.padEnd(udp.len, "x"),
  } as const;
}

function messageOf(icmp: RecordedIcmp, length: number): IcmpMessage {
  if (icmp.orig) {
    const quoted = quotedPacket(icmp.orig, length - 28);
    if (icmp.type === 3) return { protocol: "icmp", type: "unreachable", code: icmp.code, quoted };
    if (icmp.type === 11) return { protocol: "icmp", type: "time-exceeded", quoted };
    return { protocol: "icmp", type: "redirect", gateway: icmp.gateway ?? "0.0.0.0", quoted };
  }
  return {
    protocol: "icmp",
    type: icmp.type === 8 ? "echo-request" : "echo-reply",
    identifier: icmp.id ?? 0,
    sequence: icmp.seq ?? 0,
    data: "x".repeat(length - 28),
  };
}

type Quote = NonNullable<RecordedIcmp["orig"]>;

/** A quote of 60 bytes is a SYN's, 52 an ACK's, 40 an advert's; longer ones carry data. */
function quotedPacket(
  { src, dst, proto, sport = 0, dport = 0 }: Quote,
  length: number,
): Ipv4Packet {
  const common = {
    protocol: "ipv4",
    source: src,
    destination: dst,
    ttl: 63,
    tos: 0,
    id: 1,
  } as const;
  if (proto === 112) {
    return { ...common, dontFragment: false, payload: articleAdvert(["192.168.88.100"]) };
  }
  const ports = { sport, dport };
  if (proto === 17) {
    return { ...common, dontFragment: true, payload: datagramOf({ ...ports, len: length - 28 }) };
  }
  const isSyn = length === 60;
  const tcp = isSyn
    ? { ...ports, flags: "S", seq: 0, win: 64240, mss: 1460 }
    : { ...ports, flags: "A", seq: 1, ack: 1, win: 502, data: length - 52 };
  return { ...common, dontFragment: true, payload: segmentOf(tcp) };
}

function articleAdvert(addresses: readonly Ip[]): VrrpAdvert {
  return {
    protocol: "vrrp",
    version: 2,
    virtualRouterId: 18,
    priority: 100,
    authType: 1,
    password: "123456",
    advertInterval: 1,
    addresses,
  };
}

function advertOf(vrrp: RecordedVrrp, ah: RecordedIp["ah"]): VrrpAdvert {
  const checkValue = "0123456789ab";
  const header = ah && { securityParameters: Number(ah.spi), sequence: ah.seq, checkValue };
  return {
    protocol: "vrrp",
    version: vrrp.version === 3 ? 3 : 2,
    virtualRouterId: vrrp.vrid,
    priority: vrrp.prio,
    authType: vrrp.auth_type ?? 0,
    password: vrrp.auth ?? "",
    advertInterval: vrrp.adver_int ?? vrrp.adver_int_cs ?? 0,
    addresses: vrrp.addrs,
    ...(header ? { authenticationHeader: header } : {}),
  };
}
