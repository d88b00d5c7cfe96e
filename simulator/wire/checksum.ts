// The Internet checksum (RFC 1071): the complement of the one's complement sum of 16-bit words.
import { type Ip, ipNumber } from "./address.ts";
import { hex, readUint16, readUint8, type WireError, writeUint16 } from "./bytes.ts";

/** The sum of the words from `start` to `end`, not yet folded; an odd last byte counts as high. */
function sumOfWords(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  let at = start;
  for (; at + 1 < end; at += 2) sum += readUint16(bytes, at);
  if (at < end) sum += readUint8(bytes, at) * 0x100;
  return sum;
}

/** `initial` is what else is summed: a pseudo header. Over a correct message this gives 0. */
export function internetChecksum(
  bytes: Uint8Array,
  start: number,
  end: number,
  initial = 0,
): number {
  let sum = initial + sumOfWords(bytes, start, end);
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** Source, destination, protocol and length; for TCP (RFC 9293 3.1), UDP and VRRP version 3. */
export function pseudoHeaderSum(
  source: Ip,
  destination: Ip,
  protocol: number,
  length: number,
): number {
  return sumOfIp(source) + sumOfIp(destination) + protocol + length;
}

function sumOfIp(ip: Ip): number {
  const value = ipNumber(ip);
  return (value >>> 16) + (value & 0xffff);
}

/** Undefined when the checksum at `at` is right; else the error that names the right one. */
export function checksumError(
  bytes: Uint8Array,
  range: { readonly start: number; readonly end: number; readonly at: number },
  what: string,
  initial = 0,
): WireError | undefined {
  if (internetChecksum(bytes, range.start, range.end, initial) === 0) return undefined;
  const found = readUint16(bytes, range.at);
  const copy = bytes.slice(range.start, range.end);
  writeUint16(copy, range.at - range.start, 0);
  const right = internetChecksum(copy, 0, copy.length, initial);
  const error = `${what} checksum is 0x${hex(found, 4)}, should be 0x${hex(right, 4)}`;
  return { error, at: range.at };
}
