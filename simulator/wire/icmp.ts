// ICMP (RFC 792): echo, destination unreachable, redirect, time exceeded. An error quotes the
// packet it complains about. Left out: other types; a redirect for anything but one host.
import type { Ip } from "./address.ts";
import {
  readIp,
  readText,
  readUint16,
  readUint8,
  type WireError,
  writeIp,
  writeText,
  writeUint16,
} from "./bytes.ts";
import { checksumError, internetChecksum } from "./checksum.ts";
import type { Ipv4Packet } from "./ipv4.ts";

export const ICMP_PROTOCOL = 1;
export const ICMP_HEADER_LENGTH = 8;
/** An error's IP packet is at most 576 bytes, 28 of them its own headers (RFC 1812 4.3.2.3). */
export const MAXIMUM_QUOTE = 548;

export const ECHO_REPLY = 0;
export const UNREACHABLE = 3;
export const REDIRECT = 5;
export const ECHO_REQUEST = 8;
export const TIME_EXCEEDED = 11;

export const UNREACHABLE_NET = 0;
export const UNREACHABLE_HOST = 1;
export const UNREACHABLE_PROTOCOL = 2;
export const UNREACHABLE_PORT = 3;
export const FRAGMENTATION_NEEDED = 4;
const REDIRECT_HOST = 1;

export type IcmpMessage = IcmpEcho | IcmpError;
export type IcmpError = IcmpUnreachable | IcmpRedirect | IcmpTimeExceeded;

export interface IcmpEcho {
  readonly protocol: "icmp";
  readonly type: "echo-request" | "echo-reply";
  readonly identifier: number;
  readonly sequence: number;
  /** Payload bytes, one character each; ping sends 56. */
  readonly data: string;
}

export interface IcmpUnreachable {
  readonly protocol: "icmp";
  readonly type: "unreachable";
  readonly code: number;
  /** Next-hop MTU, for "fragmentation needed" only. */
  readonly mtu?: number;
  /** The packet complained about; on the wire its header and as much as fits in 548 bytes. */
  readonly quoted: Ipv4Packet;
}

export interface IcmpRedirect {
  readonly protocol: "icmp";
  readonly type: "redirect";
  readonly gateway: Ip;
  readonly quoted: Ipv4Packet;
}

export interface IcmpTimeExceeded {
  readonly protocol: "icmp";
  readonly type: "time-exceeded";
  readonly quoted: Ipv4Packet;
}

/** True for the messages that quote a packet. */
export function isIcmpError(message: IcmpMessage): message is IcmpError {
  return message.type !== "echo-request" && message.type !== "echo-reply";
}

/** The type and code fields on the wire. */
export function icmpNumbers(message: IcmpMessage): {
  readonly type: number;
  readonly code: number;
} {
  switch (message.type) {
    case "echo-request":
      return { type: ECHO_REQUEST, code: 0 };
    case "echo-reply":
      return { type: ECHO_REPLY, code: 0 };
    case "unreachable":
      return { type: UNREACHABLE, code: message.code };
    case "redirect":
      return { type: REDIRECT, code: REDIRECT_HOST };
    case "time-exceeded":
      return { type: TIME_EXCEEDED, code: 0 };
  }
}

/** `quote` holds the quoted packet's bytes as far as they are sent; an echo has none. */
export function encodeIcmp(message: IcmpMessage, quote: Uint8Array): Uint8Array {
  const echoed = isIcmpError(message) ? 0 : message.data.length;
  const bytes = new Uint8Array(ICMP_HEADER_LENGTH + quote.length + echoed);
  const { type, code } = icmpNumbers(message);
  bytes[0] = type;
  bytes[1] = code;
  if (!isIcmpError(message)) {
    writeUint16(bytes, 4, message.identifier);
    writeUint16(bytes, 6, message.sequence);
    writeText(bytes, ICMP_HEADER_LENGTH, message.data);
  } else if (message.type === "redirect") {
    writeIp(bytes, 4, message.gateway);
  } else if (message.type === "unreachable" && message.mtu !== undefined) {
    writeUint16(bytes, 6, message.mtu);
  }
  bytes.set(quote, ICMP_HEADER_LENGTH);
  writeUint16(bytes, 2, internetChecksum(bytes, 0, bytes.length));
  return bytes;
}

/** `decodeQuoted` reads the IP packet that begins at an offset and may lack its tail. */
export function decodeIcmp(
  bytes: Uint8Array,
  start: number,
  end: number,
  decodeQuoted: (at: number) => Ipv4Packet | WireError,
): IcmpMessage | WireError {
  if (end - start < ICMP_HEADER_LENGTH) return { error: "ICMP message cut short", at: end };
  const wrong = checksumError(bytes, { start, end, at: start + 2 }, "ICMP");
  if (wrong) return wrong;
  const type = readUint8(bytes, start);
  const code = readUint8(bytes, start + 1);
  if ((type === ECHO_REQUEST || type === ECHO_REPLY) && code === 0) {
    return {
      protocol: "icmp",
      type: type === ECHO_REQUEST ? "echo-request" : "echo-reply",
      identifier: readUint16(bytes, start + 4),
      sequence: readUint16(bytes, start + 6),
      data: readText(bytes, start + ICMP_HEADER_LENGTH, end),
    };
  }
  const isModelled =
    type === UNREACHABLE ||
    (type === REDIRECT && code === REDIRECT_HOST) ||
    (type === TIME_EXCEEDED && code === 0);
  if (!isModelled) return { error: `ICMP type ${type} code ${code}`, at: start };
  const quoted = decodeQuoted(start + ICMP_HEADER_LENGTH);
  if ("error" in quoted) return quoted;
  if (type === TIME_EXCEEDED) return { protocol: "icmp", type: "time-exceeded", quoted };
  const gateway = readIp(bytes, start + 4);
  if (type === REDIRECT) return { protocol: "icmp", type: "redirect", gateway, quoted };
  const mtu = code === FRAGMENTATION_NEEDED ? { mtu: readUint16(bytes, start + 6) } : {};
  return { protocol: "icmp", type: "unreachable", code, ...mtu, quoted };
}

/** As tcpdump prints what follows the addresses; `length` is the whole message's. */
export function describeEcho(echo: IcmpEcho, length: number): string {
  const kind = echo.type.replace("-", " ");
  return `ICMP ${kind}, id ${echo.identifier}, seq ${echo.sequence}, length ${length}`;
}

/** The same of an error (I10, I207); `quotedProtocol` is the number in the quoted header. */
export function describeIcmpError(
  message: IcmpError,
  quotedProtocol: number,
  length: number,
): string {
  return `ICMP ${describeReason(message, quotedProtocol)}, length ${length}`;
}

function describeReason(message: IcmpError, quotedProtocol: number): string {
  const { destination } = message.quoted;
  switch (message.type) {
    case "unreachable":
      return describeUnreachable(message, quotedProtocol);
    case "redirect":
      return `redirect ${destination} to host ${message.gateway}`;
    case "time-exceeded":
      return "time exceeded in-transit";
  }
}

/** tcpdump's words for the codes without fields of their own, around the destination's address. */
const UNREACHABLE_WORDS: Readonly<Record<number, readonly [before: string, after: string]>> = {
  [UNREACHABLE_NET]: ["net ", " unreachable"],
  [UNREACHABLE_HOST]: ["host ", " unreachable"],
  5: ["", " unreachable - source route failed"],
  6: ["net ", " unreachable - unknown"],
  7: ["host ", " unreachable - unknown"],
  8: ["", " unreachable - source host isolated"],
  9: ["net ", " unreachable - admin prohibited"],
  10: ["host ", " unreachable - admin prohibited"],
  11: ["net ", " unreachable - tos prohibited"],
  12: ["host ", " unreachable - tos prohibited"],
  13: ["host ", " unreachable - admin prohibited filter"],
  14: ["host ", " unreachable - host precedence violation"],
  15: ["host ", " unreachable - precedence cutoff"],
};

function describeUnreachable({ code, mtu, quoted }: IcmpUnreachable, quotedProtocol: number) {
  const { destination, payload } = quoted;
  if (code === UNREACHABLE_PROTOCOL) return `${destination} protocol ${quotedProtocol} unreachable`;
  if (code === UNREACHABLE_PORT) {
    const hasPorts = payload.protocol === "tcp" || payload.protocol === "udp";
    return hasPorts
      ? `${destination} ${payload.protocol} port ${payload.destinationPort} unreachable`
      : `${destination} protocol ${quotedProtocol} unreachable`;
  }
  if (code === FRAGMENTATION_NEEDED) {
    return `${destination} unreachable - need to frag` + (mtu ? ` (mtu ${mtu})` : "");
  }
  const [before, after] = UNREACHABLE_WORDS[code] ?? ["", ` unreachable - #${code}`];
  return before + destination + after;
}
