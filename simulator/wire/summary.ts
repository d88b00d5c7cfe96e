// One frame in one line, as `tcpdump -nn` prints it (version 4.99.3; I207). Left out of tcpdump: the
// time of day before the line, which the caller knows; protocols guessed from a port, but HTTP (a
// UDP service on 5353 is taken for DNS there); `-vv` and beyond.
import { ipNumber } from "./address.ts";
import { describeArp } from "./arp.ts";
import { hex } from "./bytes.ts";
import { type Frame, frameLength } from "./ethernet.ts";
import { describeHttp, isHttpPort } from "./http-text.ts";
import {
  describeEcho,
  describeIcmpError,
  type IcmpMessage,
  isIcmpError,
  MAXIMUM_QUOTE,
} from "./icmp.ts";
import { describeIgmp } from "./igmp.ts";
import { icmpLength, ipLength, type IpPayload, type Ipv4Packet, protocolNumber } from "./ipv4.ts";
import {
  ACK,
  describeFlags,
  describeOptions,
  FIN,
  RST,
  SYN,
  tcpChecksum,
  type TcpSegment,
} from "./tcp.ts";
import { describeUdp } from "./udp.ts";
import { describeVrrp } from "./vrrp.ts";

/** Where the counting of a connection's bytes starts, for each direction. */
export interface ConnectionStart {
  readonly sequence: number;
  readonly acknowledgement: number;
}

/** What one run of tcpdump remembers: connections by their two ends. */
export type SeenConnections = Map<string, ConnectionStart>;

export interface TcpdumpOptions {
  /** `-e`: MAC addresses and the frame's length. */
  readonly link?: boolean;
  /** `-v`: the IP header on a line of its own, and more of each protocol. */
  readonly verbose?: boolean;
}

interface Printing extends TcpdumpOptions {
  readonly seen: SeenConnections;
  /** Within a quote that lacks its tail, where no checksum can be told. */
  readonly isCut?: boolean;
}

/** Without the time of day; more lines than one with `verbose`. Fills `seen` on the way. */
export function tcpdumpLine(frame: Frame, options: TcpdumpOptions, seen: SeenConnections): string {
  const { source, destination, payload } = frame;
  const isArp = payload.protocol === "arp";
  const body = isArp
    ? describeArp(payload, options.verbose === true)
    : describePacket(payload, { ...options, seen });
  if (!options.link) return isArp ? `ARP, ${body}` : body;
  const type = isArp ? "ARP (0x0806)" : "IPv4 (0x0800)";
  return `${source} > ${destination}, ethertype ${type}, length ${frameLength(frame)}: ${body}`;
}

/** With the link's header, "IP" is said there, even before a packet within a packet (I35). */
function describePacket(packet: Ipv4Packet, printing: Printing): string {
  const word = printing.link ? "" : "IP ";
  const header = printing.verbose ? `${describeHeader(packet)}\n    ` : "";
  return `${word}${header}${describeEnds(packet)}: ${describePayload(packet, printing)}`;
}

const PROTOCOL_NAMES: Record<IpPayload["protocol"], string> = {
  icmp: "ICMP",
  igmp: "IGMP",
  ipv4: "IPIP",
  tcp: "TCP",
  udp: "UDP",
  vrrp: "VRRP",
};

function describeHeader(packet: Ipv4Packet): string {
  const { payload } = packet;
  const isBehindAh = payload.protocol === "vrrp" && payload.authenticationHeader !== undefined;
  const name = isBehindAh ? "AH" : PROTOCOL_NAMES[payload.protocol];
  const fields = [
    `tos 0x${packet.tos.toString(16)}`,
    `ttl ${packet.ttl}`,
    `id ${packet.id}`,
    "offset 0",
    `flags [${packet.dontFragment ? "DF" : "none"}]`,
    `proto ${name} (${protocolNumber(payload)})`,
    `length ${ipLength(packet)}`,
    ...(payload.protocol === "igmp" ? ["options (RA)"] : []),
  ];
  return `(${fields.join(", ")})`;
}

function describeEnds({ source, destination, payload }: Ipv4Packet): string {
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return `${source} > ${destination}`;
  return `${source}.${payload.sourcePort} > ${destination}.${payload.destinationPort}`;
}

function describePayload(packet: Ipv4Packet, printing: Printing): string {
  const { payload } = packet;
  const verbose = printing.verbose === true;
  switch (payload.protocol) {
    case "tcp":
      return describeSegment(payload, packet, printing);
    case "udp":
      return describeUdp(payload);
    case "icmp":
      return describeMessage(payload, printing);
    case "igmp":
      return describeIgmp(payload, verbose);
    case "vrrp":
      return describeVrrp(payload, packet.ttl, verbose);
    case "ipv4":
      return describePacket(payload, printing);
  }
}

function describeMessage(message: IcmpMessage, printing: Printing): string {
  const length = icmpLength(message);
  if (!isIcmpError(message)) return describeEcho(message, length);
  const line = describeIcmpError(message, protocolNumber(message.quoted.payload), length);
  if (!printing.verbose) return line;
  const isCut = ipLength(message.quoted) > MAXIMUM_QUOTE;
  return `${line}\n\t${describePacket(message.quoted, { ...printing, isCut })}`;
}

function describeSegment(segment: TcpSegment, packet: Ipv4Packet, printing: Printing): string {
  const { flags, options, data } = segment;
  const { sequence, acknowledgement } = relativeNumbers(segment, packet, printing.seen);
  const checksum = hex(tcpChecksum(segment, packet.source, packet.destination), 4);
  const hasSequence = data !== "" || (flags & (SYN | FIN | RST)) !== 0;
  const range = data === "" ? `${sequence}` : `${sequence}:${(sequence + data.length) >>> 0}`;
  const optionWords = describeOptions(options);
  const fields = [
    `Flags [${describeFlags(flags)}]`,
    ...(printing.verbose && !printing.isCut ? [`cksum 0x${checksum} (correct)`] : []),
    ...(hasSequence ? [`seq ${range}`] : []),
    ...((flags & ACK) === 0 ? [] : [`ack ${acknowledgement}`]),
    `win ${segment.window}`,
    ...(optionWords === "" ? [] : [`options [${optionWords}]`]),
    `length ${data.length}`,
  ];
  const isHttp = isHttpPort(segment.sourcePort) || isHttpPort(segment.destinationPort);
  const text = isHttp && data !== "" ? describeHttp(data, printing.verbose === true) : "";
  return fields.join(", ") + text;
}

/**
 * The first segment with ACK of a connection, and every SYN-ACK, prints the numbers themselves and
 * is where later ones count from; a SYN alone is never remembered (recorded in tools-output).
 */
function relativeNumbers(segment: TcpSegment, packet: Ipv4Packet, seen: SeenConnections) {
  const { sequence, acknowledgement, flags } = segment;
  if ((flags & ACK) === 0) return { sequence, acknowledgement };
  const isForward = isFirstEnd(segment, packet);
  const here = `${packet.source}.${segment.sourcePort}`;
  const there = `${packet.destination}.${segment.destinationPort}`;
  const key = isForward ? `${here} ${there}` : `${there} ${here}`;
  const start = seen.get(key);
  if (!start || (flags & SYN) !== 0) {
    const before = (acknowledgement - 1) >>> 0;
    seen.set(
      key,
      isForward
        ? { sequence, acknowledgement: before }
        : { sequence: before, acknowledgement: sequence },
    );
    return { sequence, acknowledgement };
  }
  const own = isForward ? start.sequence : start.acknowledgement;
  const other = isForward ? start.acknowledgement : start.sequence;
  return {
    sequence: (sequence - own) >>> 0,
    acknowledgement: (acknowledgement - other) >>> 0,
  };
}

/** One of a connection's ends comes first in its key: the lower port, then the lower address. */
function isFirstEnd({ sourcePort, destinationPort }: TcpSegment, packet: Ipv4Packet): boolean {
  if (sourcePort !== destinationPort) return sourcePort < destinationPort;
  return ipNumber(packet.source) <= ipNumber(packet.destination);
}
