// TCP segments (RFC 9293). Data is a string in which each character is one byte (0-255).
// Left out: urgent data, selective acknowledgement blocks, congestion flags (ECE, CWR).
import type { Ip } from "./address.ts";
import {
  hex,
  readText,
  readUint16,
  readUint32,
  readUint8,
  type WireError,
  writeText,
  writeUint16,
  writeUint32,
} from "./bytes.ts";
import { checksumError, internetChecksum, pseudoHeaderSum } from "./checksum.ts";
import type { Carrier } from "./ipv4.ts";

export const TCP_PROTOCOL = 6;
const HEADER_LENGTH = 20;

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

export interface TcpOptions {
  readonly mss?: number;
  readonly windowScale?: number;
  readonly sackPermitted?: boolean;
  readonly timestamps?: { readonly value: number; readonly echo: number };
}

export interface TcpSegment {
  readonly protocol: "tcp";
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Unsigned 32 bits. */
  readonly sequence: number;
  readonly acknowledgement: number;
  /** The bits FIN, SYN, RST, PSH, ACK. */
  readonly flags: number;
  /** As on the wire: unscaled in a SYN, scaled after it. */
  readonly window: number;
  readonly options: TcpOptions;
  readonly data: string;
}

export function tcpLength(segment: TcpSegment): number {
  return HEADER_LENGTH + optionsLength(segment.options) + segment.data.length;
}

/** Every option of Linux fills whole words of four bytes: see `writeOptions`. */
function optionsLength(options: TcpOptions): number {
  let length = 0;
  if (options.mss !== undefined) length += 4;
  if (options.timestamps !== undefined) length += 12;
  else if (options.sackPermitted) length += 4;
  if (options.windowScale !== undefined) length += 4;
  return length;
}

export function encodeTcp(segment: TcpSegment, source: Ip, destination: Ip): Uint8Array {
  const bytes = new Uint8Array(tcpLength(segment));
  const headerLength = bytes.length - segment.data.length;
  writeUint16(bytes, 0, segment.sourcePort);
  writeUint16(bytes, 2, segment.destinationPort);
  writeUint32(bytes, 4, segment.sequence);
  writeUint32(bytes, 8, segment.acknowledgement);
  bytes[12] = (headerLength / 4) << 4;
  bytes[13] = segment.flags;
  writeUint16(bytes, 14, segment.window);
  writeOptions(bytes, segment.options);
  writeText(bytes, headerLength, segment.data);
  const pseudo = pseudoHeaderSum(source, destination, TCP_PROTOCOL, bytes.length);
  writeUint16(bytes, 16, internetChecksum(bytes, 0, bytes.length, pseudo));
  return bytes;
}

/** The segment's checksum field as it stands on the wire. */
export function tcpChecksum(segment: TcpSegment, source: Ip, destination: Ip): number {
  return readUint16(encodeTcp(segment, source, destination), 16);
}

const END = 0;
const NO_OPERATION = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const TIMESTAMPS = 8;

/**
 * In Linux's order: mss, sackOK, timestamps, nop, wscale (I207). The two bytes before the
 * timestamps are "SACK permitted" or else two no-operations.
 */
function writeOptions(bytes: Uint8Array, options: TcpOptions): void {
  let at = HEADER_LENGTH;
  const put = (...octets: number[]) => {
    bytes.set(octets, at);
    at += octets.length;
  };
  const { mss, timestamps, windowScale } = options;
  if (mss !== undefined) put(MSS, 4, mss >>> 8, mss & 255);
  if (timestamps !== undefined) {
    if (options.sackPermitted) put(SACK_PERMITTED, 2);
    else put(NO_OPERATION, NO_OPERATION);
    put(TIMESTAMPS, 10);
    writeUint32(bytes, at, timestamps.value);
    writeUint32(bytes, at + 4, timestamps.echo);
    at += 8;
  } else if (options.sackPermitted) {
    put(NO_OPERATION, NO_OPERATION, SACK_PERMITTED, 2);
  }
  if (windowScale !== undefined) put(NO_OPERATION, WINDOW_SCALE, 3, windowScale);
}

/** `end` is where the IP packet ends. A quoted segment may lack its tail and is not summed. */
export function decodeTcp(
  bytes: Uint8Array,
  start: number,
  end: number,
  carrier: Carrier,
): TcpSegment | WireError {
  if (end - start < HEADER_LENGTH) return { error: "TCP header cut short", at: end };
  const dataAt = start + (readUint8(bytes, start + 12) >>> 4) * 4;
  if (dataAt < start + HEADER_LENGTH || dataAt > end) {
    return { error: `TCP data offset is ${dataAt - start} bytes`, at: start + 12 };
  }
  if (!carrier.quoted) {
    const { source, destination } = carrier;
    const pseudo = pseudoHeaderSum(source, destination, TCP_PROTOCOL, end - start);
    const wrong = checksumError(bytes, { start, end, at: start + 16 }, "TCP", pseudo);
    if (wrong) return wrong;
  }
  const flags = readUint8(bytes, start + 13);
  const known = FIN | SYN | RST | PSH | ACK;
  if ((flags & ~known) !== 0) {
    return { error: `TCP flags 0x${hex(flags, 2)}`, at: start + 13 };
  }
  const options = readOptions(bytes, start + HEADER_LENGTH, dataAt);
  if ("error" in options) return options;
  return {
    protocol: "tcp",
    sourcePort: readUint16(bytes, start),
    destinationPort: readUint16(bytes, start + 2),
    sequence: readUint32(bytes, start + 4),
    acknowledgement: readUint32(bytes, start + 8),
    flags,
    window: readUint16(bytes, start + 14),
    options,
    data: readText(bytes, dataAt, end),
  };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function readOptions(bytes: Uint8Array, start: number, end: number): TcpOptions | WireError {
  const options: Writable<TcpOptions> = {};
  let at = start;
  while (at < end) {
    const kind = readUint8(bytes, at);
    if (kind === END) break;
    if (kind === NO_OPERATION) {
      at += 1;
      continue;
    }
    const length = readUint8(bytes, at + 1);
    if (length < 2 || at + length > end) return { error: `TCP option of ${length} bytes`, at };
    if (kind === MSS && length === 4) options.mss = readUint16(bytes, at + 2);
    else if (kind === WINDOW_SCALE && length === 3) options.windowScale = readUint8(bytes, at + 2);
    else if (kind === SACK_PERMITTED && length === 2) options.sackPermitted = true;
    else if (kind === TIMESTAMPS && length === 10) {
      options.timestamps = { value: readUint32(bytes, at + 2), echo: readUint32(bytes, at + 6) };
    } else return { error: `unknown TCP option ${kind} of ${length} bytes`, at };
    at += length;
  }
  return options;
}

/** "S.", "P.", "R" and so on, as tcpdump prints them: the dot is ACK. */
export function describeFlags(flags: number): string {
  const letters: readonly (readonly [number, string])[] = [
    [FIN, "F"],
    [SYN, "S"],
    [RST, "R"],
    [PSH, "P"],
    [ACK, "."],
  ];
  const set = letters.filter(([bit]) => (flags & bit) !== 0).map(([, letter]) => letter);
  return set.join("") || "none";
}

/** "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7", as tcpdump prints the bytes (I207). */
export function describeOptions(options: TcpOptions): string {
  const words: string[] = [];
  const { mss, timestamps, windowScale, sackPermitted } = options;
  if (mss !== undefined) words.push(`mss ${mss}`);
  if (!sackPermitted && timestamps !== undefined) words.push("nop", "nop");
  if (sackPermitted && timestamps === undefined) words.push("nop", "nop");
  if (sackPermitted) words.push("sackOK");
  if (timestamps !== undefined) words.push(`TS val ${timestamps.value} ecr ${timestamps.echo}`);
  if (windowScale !== undefined) words.push("nop", `wscale ${windowScale}`);
  return words.join(",");
}
