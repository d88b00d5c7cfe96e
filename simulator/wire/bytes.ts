// Big-endian numbers, addresses and byte strings in a Uint8Array. The decoders check lengths
// before they read; a byte beyond the end reads as 0, so that no input makes them throw.
import { formatIp, type Ip, ipNumber, type Mac } from "./address.ts";

/** Why bytes are not a frame of this model, and the offset in the frame where that shows. */
export interface WireError {
  readonly error: string;
  readonly at: number;
}

export function readUint8(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at) * 0x100 + readUint8(bytes, at + 1);
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at) * 0x10000 + readUint16(bytes, at + 2);
}

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  writeUint16(bytes, at, value >>> 16);
  writeUint16(bytes, at + 2, value & 0xffff);
}

export function readIp(bytes: Uint8Array, at: number): Ip {
  return formatIp(readUint32(bytes, at));
}

export function writeIp(bytes: Uint8Array, at: number, ip: Ip): void {
  writeUint32(bytes, at, ipNumber(ip));
}

export function readMac(bytes: Uint8Array, at: number): Mac {
  const octets = Array.from({ length: 6 }, (_, i) => hex(readUint8(bytes, at + i), 2));
  return octets.join(":");
}

export function writeMac(bytes: Uint8Array, at: number, mac: Mac): void {
  for (let i = 0; i < 6; i++) bytes[at + i] = parseInt(mac.slice(3 * i, 3 * i + 2), 16);
}

/** A string with one character for each byte. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(readUint8(bytes, at));
  return text;
}

export function writeText(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** The bytes of a byte string as hexadecimal digits: "AB" gives "4142". */
export function hexOfText(text: string): string {
  let digits = "";
  for (let i = 0; i < text.length; i++) digits += hex(text.charCodeAt(i), 2);
  return digits;
}
