// A frame as the recordings write it: the layers that a reader looks at, decoded, with host names
// for MAC addresses and TCP numbers relative to the connection's first. Keys, their order and
// which are left out follow the recorder, for the comparison reads nested values as text.
import { BROADCAST_MAC, type Ip, type Mac, multicastMac } from "./address.ts";
import { type ArpPacket, isGratuitous } from "./arp.ts";
import { hex, hexOfText } from "./bytes.ts";
import type { Frame } from "./ethernet.ts";
import { type IcmpMessage, icmpNumbers } from "./icmp.ts";
import { IGMP_REPORT, type IgmpReport } from "./igmp.ts";
import { ipLength, type Ipv4Packet, protocolNumber } from "./ipv4.ts";
import { ACK, FIN, PSH, RST, SYN, type TcpSegment } from "./tcp.ts";
import type { UdpDatagram } from "./udp.ts";
import {
  AUTH_PASS,
  type AuthenticationHeader,
  type VrrpAdvert,
  VRRP_GROUP,
  vrrpChecksum,
} from "./vrrp.ts";

/** Where the kernel's IPVS synchronisation daemon sends to (I141). */
const IPVS_SYNC_PORT = 8848;
const RECORDED_SYNC_BYTES = 200;

export type RecordedFrame = RecordedLink &
  (
    | { readonly arp: RecordedArp; readonly ip?: never }
    | { readonly ip: RecordedIp; readonly arp?: never }
  );

type RecordedLink = { readonly src: string; readonly dst: string };

export type RecordedArp = {
  readonly op: "request" | "reply";
  readonly sender_mac: string;
  readonly sender_ip: Ip;
  readonly target_mac: string;
  readonly target_ip: Ip;
  readonly gratuitous?: true;
};

/** One of `tcp`, `udp`, `icmp`, `igmp`, `vrrp`, `ipip` is there; `ah` may stand before `vrrp`. */
export type RecordedIp = {
  readonly src: Ip;
  readonly dst: Ip;
  readonly ttl: number;
  readonly id: number;
  readonly len: number;
  readonly tos?: number;
  readonly df?: true;
  readonly tcp?: RecordedTcp;
  readonly udp?: RecordedUdp;
  readonly icmp?: RecordedIcmp;
  readonly igmp?: RecordedIgmp;
  readonly ah?: RecordedAh;
  readonly vrrp?: RecordedVrrp;
  readonly ipip?: RecordedIp;
};

export type RecordedTcp = {
  readonly sport: number;
  readonly dport: number;
  /** Letters of "SARPF", A for ACK, in this order. */
  readonly flags: string;
  readonly seq?: number;
  /** Instead of `seq`, when no SYN of this sender was seen: the number itself. */
  readonly seq_abs?: number;
  readonly ack?: number;
  readonly ack_abs?: number;
  readonly win: number;
  readonly mss?: number;
  /** Bytes of data. */
  readonly data?: number;
  /** The first line of a request or a response. */
  readonly http?: string;
};

export type RecordedUdp = {
  readonly sport: number;
  readonly dport: number;
  readonly len: number;
  /** The message's first 200 bytes in hexadecimal digits. */
  readonly ipvs_sync?: string;
};

export type RecordedIcmp = {
  readonly type: number;
  readonly code: number;
  readonly id?: number;
  readonly seq?: number;
  readonly gateway?: Ip;
  readonly mtu?: number;
  readonly orig?: {
    readonly src: Ip;
    readonly dst: Ip;
    readonly proto: number;
    readonly sport?: number;
    readonly dport?: number;
  };
};

export type RecordedIgmp = {
  readonly type: number;
  readonly records: readonly { readonly type: number; readonly group: Ip }[];
};

export type RecordedAh = { readonly spi: string; readonly seq: number };

export type RecordedVrrp = {
  readonly version: number;
  readonly type: number;
  readonly vrid: number;
  readonly prio: number;
  readonly count: number;
  readonly auth_type?: number;
  readonly adver_int?: number;
  readonly adver_int_cs?: number;
  readonly checksum: string;
  readonly addrs: readonly Ip[];
  readonly auth?: string;
};

/** First sequence numbers by sender and receiver, as the SYNs told them; one for a recording. */
export type InitialNumbers = Map<string, number>;

/**
 * Frames must come in the order of time, with all SYNs among them: `numbers` is filled on the way.
 * A MAC address without a name stands as it is.
 */
export function recordedFrame(
  frame: Frame,
  nameOfMac: (mac: Mac) => string | undefined,
  numbers: InitialNumbers,
): RecordedFrame {
  const name = (mac: Mac) => GROUP_NAMES.get(mac) ?? nameOfMac(mac) ?? mac;
  const link = { src: name(frame.source), dst: name(frame.destination) };
  const { payload } = frame;
  if (payload.protocol === "arp") return { ...link, arp: recordedArp(payload, name) };
  return { ...link, ip: recordedIp(payload, numbers) };
}

const GROUP_NAMES: ReadonlyMap<Mac, string> = new Map([
  [BROADCAST_MAC, "broadcast"],
  [multicastMac(VRRP_GROUP), "vrrp-multicast"],
]);

function recordedArp(arp: ArpPacket, name: (mac: Mac) => string): RecordedArp {
  return {
    op: arp.operation,
    sender_mac: name(arp.senderMac),
    sender_ip: arp.senderIp,
    target_mac: name(arp.targetMac),
    target_ip: arp.targetIp,
    ...(isGratuitous(arp) ? { gratuitous: true as const } : {}),
  };
}

function recordedIp(packet: Ipv4Packet, numbers: InitialNumbers): RecordedIp {
  return {
    src: packet.source,
    dst: packet.destination,
    ttl: packet.ttl,
    id: packet.id,
    len: ipLength(packet),
    ...(packet.tos === 0 ? {} : { tos: packet.tos }),
    ...(packet.dontFragment ? { df: true as const } : {}),
    ...recordedPayload(packet, numbers),
  };
}

function recordedPayload(packet: Ipv4Packet, numbers: InitialNumbers): Partial<RecordedIp> {
  const { payload } = packet;
  switch (payload.protocol) {
    case "tcp":
      return { tcp: recordedTcp(payload, packet, numbers) };
    case "udp":
      return { udp: recordedUdp(payload) };
    case "icmp":
      return { icmp: recordedIcmp(payload) };
    case "igmp":
      return { igmp: recordedIgmp(payload) };
    case "vrrp":
      return {
        ...recordedAh(payload.authenticationHeader),
        vrrp: recordedVrrp(payload, packet.source, packet.destination),
      };
    case "ipv4":
      return { ipip: recordedIp(payload, numbers) };
  }
}

function recordedTcp(
  segment: TcpSegment,
  packet: Ipv4Packet,
  numbers: InitialNumbers,
): RecordedTcp {
  const here = `${packet.source}:${segment.sourcePort}`;
  const there = `${packet.destination}:${segment.destinationPort}`;
  if ((segment.flags & SYN) !== 0) numbers.set(`${here}>${there}`, segment.sequence);
  const { mss } = segment.options;
  const line = firstHttpLine(segment.data);
  return {
    sport: segment.sourcePort,
    dport: segment.destinationPort,
    flags: letters(segment.flags),
    ...recordedNumber("seq", segment.sequence, numbers.get(`${here}>${there}`)),
    ...((segment.flags & ACK) === 0
      ? {}
      : recordedNumber("ack", segment.acknowledgement, numbers.get(`${there}>${here}`))),
    win: segment.window,
    ...(mss === undefined ? {} : { mss }),
    ...(segment.data === "" ? {} : { data: segment.data.length }),
    ...(line === undefined ? {} : { http: line }),
  };
}

function recordedNumber(name: "seq" | "ack", value: number, initial: number | undefined) {
  if (initial === undefined) return { [`${name}_abs`]: value };
  return { [name]: (value - initial) >>> 0 };
}

const FLAG_LETTERS: readonly (readonly [number, string])[] = [
  [SYN, "S"],
  [ACK, "A"],
  [RST, "R"],
  [PSH, "P"],
  [FIN, "F"],
];

function letters(flags: number): string {
  const set = FLAG_LETTERS.filter(([bit]) => (flags & bit) !== 0);
  return set.map(([, letter]) => letter).join("");
}

function firstHttpLine(data: string): string | undefined {
  const isHttp = /^(?:[A-Z]+ \S+ HTTP\/|HTTP\/)\d/.test(data);
  return isHttp ? data.split(/\r?\n/, 1)[0] : undefined;
}

function recordedUdp(datagram: UdpDatagram): RecordedUdp {
  const { sourcePort, destinationPort, data } = datagram;
  const common = { sport: sourcePort, dport: destinationPort, len: data.length };
  if (destinationPort !== IPVS_SYNC_PORT) return common;
  return { ...common, ipvs_sync: hexOfText(data.slice(0, RECORDED_SYNC_BYTES)) };
}

function recordedIcmp(message: IcmpMessage): RecordedIcmp {
  const numbers = icmpNumbers(message);
  switch (message.type) {
    case "echo-request":
    case "echo-reply":
      return { ...numbers, id: message.identifier, seq: message.sequence };
    case "unreachable": {
      const mtu = message.mtu === undefined ? {} : { mtu: message.mtu };
      return { ...numbers, ...mtu, ...recordedQuote(message.quoted) };
    }
    case "redirect":
      return { ...numbers, gateway: message.gateway, ...recordedQuote(message.quoted) };
    case "time-exceeded":
      return { ...numbers, ...recordedQuote(message.quoted) };
  }
}

function recordedQuote(quoted: Ipv4Packet): Pick<RecordedIcmp, "orig"> {
  const { source, destination, payload } = quoted;
  const orig = { src: source, dst: destination, proto: protocolNumber(payload) };
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return { orig };
  return { orig: { ...orig, sport: payload.sourcePort, dport: payload.destinationPort } };
}

function recordedIgmp(report: IgmpReport): RecordedIgmp {
  return { type: IGMP_REPORT, records: report.records.map(({ type, group }) => ({ type, group })) };
}

function recordedAh(header: AuthenticationHeader | undefined): Pick<RecordedIp, "ah"> {
  if (!header) return {};
  return { ah: { spi: `0x${hex(header.securityParameters, 8)}`, seq: header.sequence } };
}

function recordedVrrp(advert: VrrpAdvert, source: Ip, destination: Ip): RecordedVrrp {
  const isVersion2 = advert.version === 2;
  const { authType, advertInterval } = advert;
  return {
    version: advert.version,
    type: 1,
    vrid: advert.virtualRouterId,
    prio: advert.priority,
    count: advert.addresses.length,
    ...(isVersion2
      ? { auth_type: authType, adver_int: advertInterval }
      : { adver_int_cs: advertInterval }),
    checksum: `0x${hex(vrrpChecksum(advert, source, destination), 4)}`,
    addrs: advert.addresses,
    ...(isVersion2 && authType === AUTH_PASS ? { auth: advert.password } : {}),
  };
}
