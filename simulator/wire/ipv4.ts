// IPv4 (RFC 791), without options but for the router alert that IGMP must carry (RFC 3376 4).
// Left out: fragments (a packet larger than the MTU is not modelled yet).
import type { Ip } from "./address.ts";
import {
  readIp,
  readUint16,
  readUint32,
  readUint8,
  type WireError,
  writeIp,
  writeUint16,
  writeUint32,
} from "./bytes.ts";
import { checksumError, internetChecksum } from "./checksum.ts";
import {
  decodeIcmp,
  encodeIcmp,
  ICMP_HEADER_LENGTH,
  ICMP_PROTOCOL,
  type IcmpMessage,
  isIcmpError,
  MAXIMUM_QUOTE,
} from "./icmp.ts";
import { decodeIgmp, encodeIgmp, IGMP_PROTOCOL, igmpLength, type IgmpReport } from "./igmp.ts";
import { decodeTcp, encodeTcp, TCP_PROTOCOL, tcpLength, type TcpSegment } from "./tcp.ts";
import { decodeUdp, encodeUdp, UDP_PROTOCOL, type UdpDatagram, udpLength } from "./udp.ts";
import {
  AH_PROTOCOL,
  decodeAuthenticatedVrrp,
  decodeVrrp,
  encodeVrrp,
  VRRP_PROTOCOL,
  type VrrpAdvert,
  vrrpLength,
  vrrpProtocol,
} from "./vrrp.ts";

export const IP_HEADER_LENGTH = 20;
/** "Every router examine this packet", four bytes (RFC 2113). */
const ROUTER_ALERT = 0x94040000;
const ROUTER_ALERT_LENGTH = 4;
const DONT_FRAGMENT = 0x4000;
const IP_IN_IP_PROTOCOL = 4;
/** Headers within headers beyond this are refused: no tunnel here is that deep. */
const MAXIMUM_DEPTH = 8;

/** What an IPv4 packet can carry; another `Ipv4Packet` is IP-in-IP (protocol 4). */
export type IpPayload =
  TcpSegment | UdpDatagram | IcmpMessage | IgmpReport | VrrpAdvert | Ipv4Packet;

export interface Ipv4Packet {
  readonly protocol: "ipv4";
  readonly source: Ip;
  readonly destination: Ip;
  readonly ttl: number;
  /** Type of service: 0xc0 (network control) for VRRP and IGMP. */
  readonly tos: number;
  readonly id: number;
  readonly dontFragment: boolean;
  readonly payload: IpPayload;
}

/** What a payload's decoder needs to know of the packet around it. */
export interface Carrier {
  readonly source: Ip;
  readonly destination: Ip;
  /** True within an ICMP error: the tail may be missing, so nothing there can be summed. */
  readonly quoted: boolean;
}

/** The total length field, without encoding: what IPVS counts as bytes. */
export function ipLength({ payload }: Ipv4Packet): number {
  return headerLength(payload) + payloadLength(payload);
}

function headerLength(payload: IpPayload): number {
  return payload.protocol === "igmp" ? IP_HEADER_LENGTH + ROUTER_ALERT_LENGTH : IP_HEADER_LENGTH;
}

function payloadLength(payload: IpPayload): number {
  switch (payload.protocol) {
    case "tcp":
      return tcpLength(payload);
    case "udp":
      return udpLength(payload);
    case "icmp":
      return icmpLength(payload);
    case "igmp":
      return igmpLength(payload);
    case "vrrp":
      return vrrpLength(payload);
    case "ipv4":
      return ipLength(payload);
  }
}

export function icmpLength(message: IcmpMessage): number {
  const body = isIcmpError(message)
    ? Math.min(ipLength(message.quoted), MAXIMUM_QUOTE)
    : message.data.length;
  return ICMP_HEADER_LENGTH + body;
}

/** The protocol field of a packet with this payload. */
export function protocolNumber(payload: IpPayload): number {
  switch (payload.protocol) {
    case "tcp":
      return TCP_PROTOCOL;
    case "udp":
      return UDP_PROTOCOL;
    case "icmp":
      return ICMP_PROTOCOL;
    case "igmp":
      return IGMP_PROTOCOL;
    case "vrrp":
      return vrrpProtocol(payload);
    case "ipv4":
      return IP_IN_IP_PROTOCOL;
  }
}

export function encodeIpv4(packet: Ipv4Packet): Uint8Array {
  const { payload } = packet;
  const payloadAt = headerLength(payload);
  const body = encodePayload(packet);
  const bytes = new Uint8Array(payloadAt + body.length);
  bytes[0] = 0x40 + payloadAt / 4;
  bytes[1] = packet.tos;
  writeUint16(bytes, 2, bytes.length);
  writeUint16(bytes, 4, packet.id);
  writeUint16(bytes, 6, packet.dontFragment ? DONT_FRAGMENT : 0);
  bytes[8] = packet.ttl;
  bytes[9] = protocolNumber(payload);
  writeIp(bytes, 12, packet.source);
  writeIp(bytes, 16, packet.destination);
  if (payload.protocol === "igmp") writeUint32(bytes, IP_HEADER_LENGTH, ROUTER_ALERT);
  writeUint16(bytes, 10, internetChecksum(bytes, 0, payloadAt));
  bytes.set(body, payloadAt);
  return bytes;
}

function encodePayload({ source, destination, payload }: Ipv4Packet): Uint8Array {
  switch (payload.protocol) {
    case "tcp":
      return encodeTcp(payload, source, destination);
    case "udp":
      return encodeUdp(payload, source, destination);
    case "icmp":
      return encodeIcmp(payload, encodeQuote(payload));
    case "igmp":
      return encodeIgmp(payload);
    case "vrrp":
      return encodeVrrp(payload, source, destination);
    case "ipv4":
      return encodeIpv4(payload);
  }
}

function encodeQuote(message: IcmpMessage): Uint8Array {
  if (!isIcmpError(message)) return new Uint8Array(0);
  return encodeIpv4(message.quoted).subarray(0, MAXIMUM_QUOTE);
}

/** The packet from `start`; bytes between its total length and `limit` are padding. */
export function decodeIpv4(
  bytes: Uint8Array,
  start: number,
  limit: number,
  quoted = false,
  depth = 0,
): Ipv4Packet | WireError {
  const header = checkHeader(bytes, start, limit, quoted);
  if ("error" in header) return header;
  if (depth > MAXIMUM_DEPTH) return { error: "too many headers within headers", at: start };
  const carrier = {
    source: readIp(bytes, start + 12),
    destination: readIp(bytes, start + 16),
    quoted,
  };
  const payload = decodePayload(bytes, { ...header, start, depth }, carrier);
  if ("error" in payload) return payload;
  return {
    protocol: "ipv4",
    source: carrier.source,
    destination: carrier.destination,
    ttl: readUint8(bytes, start + 8),
    tos: readUint8(bytes, start + 1),
    id: readUint16(bytes, start + 4),
    dontFragment: readUint16(bytes, start + 6) === DONT_FRAGMENT,
    payload,
  };
}

/** Where the payload begins and ends; a quoted packet ends where the quote does. */
function checkHeader(
  bytes: Uint8Array,
  start: number,
  limit: number,
  quoted: boolean,
): { readonly payloadAt: number; readonly end: number } | WireError {
  if (limit - start < IP_HEADER_LENGTH) return { error: "IPv4 header cut short", at: limit };
  const first = readUint8(bytes, start);
  const payloadAt = start + (first & 15) * 4;
  if (first >>> 4 !== 4) return { error: `IP version ${first >>> 4}`, at: start };
  const total = readUint16(bytes, start + 2);
  const end = quoted ? Math.min(start + total, limit) : start + total;
  if (payloadAt < start + IP_HEADER_LENGTH || payloadAt > end || end > limit) {
    const error = `IPv4 header of ${payloadAt - start} bytes in a packet of ${total}`;
    return { error, at: start };
  }
  const wrong = checksumError(bytes, { start, end: payloadAt, at: start + 10 }, "IPv4 header");
  if (wrong) return wrong;
  const flags = readUint16(bytes, start + 6);
  if ((flags & ~DONT_FRAGMENT) !== 0) return { error: "IPv4 fragment", at: start + 6 };
  const alerts = readUint8(bytes, start + 9) === IGMP_PROTOCOL;
  const expected = alerts ? IP_HEADER_LENGTH + ROUTER_ALERT_LENGTH : IP_HEADER_LENGTH;
  const hasRightOptions =
    payloadAt - start === expected &&
    (!alerts || readUint32(bytes, start + IP_HEADER_LENGTH) === ROUTER_ALERT);
  if (!hasRightOptions) return { error: "IPv4 options not modelled", at: start + IP_HEADER_LENGTH };
  return { payloadAt, end };
}

function decodePayload(
  bytes: Uint8Array,
  place: {
    readonly start: number;
    readonly payloadAt: number;
    readonly end: number;
    readonly depth: number;
  },
  carrier: Carrier,
): IpPayload | WireError {
  const { payloadAt, end, depth } = place;
  const protocol = readUint8(bytes, place.start + 9);
  switch (protocol) {
    case TCP_PROTOCOL:
      return decodeTcp(bytes, payloadAt, end, carrier);
    case UDP_PROTOCOL:
      return decodeUdp(bytes, payloadAt, end, carrier);
    case ICMP_PROTOCOL:
      return decodeIcmp(bytes, payloadAt, end, (at) => decodeIpv4(bytes, at, end, true, depth + 1));
    case IGMP_PROTOCOL:
      return decodeIgmp(bytes, payloadAt, end);
    case VRRP_PROTOCOL:
      return decodeVrrp(bytes, payloadAt, end, carrier);
    case AH_PROTOCOL:
      return decodeAuthenticatedVrrp(bytes, payloadAt, end, carrier);
    case IP_IN_IP_PROTOCOL:
      return decodeIpv4(bytes, payloadAt, end, carrier.quoted, depth + 1);
    default:
      return { error: `IP protocol ${protocol}`, at: place.start + 9 };
  }
}
