// The classic capture file: microseconds, Ethernet (draft-ietf-opsawg-pcap). Written little-endian,
// read in either order. Left out: nanosecond files, pcapng, packets cut to a snapshot length.
import { readUint32, type WireError } from "./bytes.ts";
import { decodeFrame, encodeFrame, type Frame } from "./ethernet.ts";

const MAGIC = 0xa1b2c3d4;
const FILE_HEADER_LENGTH = 24;
const PACKET_HEADER_LENGTH = 16;
const SNAPSHOT_LENGTH = 262_144;
const LINK_TYPE_ETHERNET = 1;

export interface CapturedPacket {
  /** Microseconds since the beginning of 1970. */
  readonly atUs: number;
  readonly frame: Frame;
}

export function encodePcap(packets: Iterable<CapturedPacket>): Uint8Array {
  const chunks = [encodeFileHeader()];
  for (const { atUs, frame } of packets) {
    const bytes = encodeFrame(frame);
    chunks.push(encodePacketHeader(atUs, bytes.length), bytes);
  }
  return concatenate(chunks);
}

function encodeFileHeader(): Uint8Array {
  const view = new DataView(new ArrayBuffer(FILE_HEADER_LENGTH));
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAPSHOT_LENGTH, true);
  view.setUint32(20, LINK_TYPE_ETHERNET, true);
  return new Uint8Array(view.buffer);
}

function encodePacketHeader(atUs: number, length: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(PACKET_HEADER_LENGTH));
  view.setUint32(0, Math.floor(atUs / 1_000_000), true);
  view.setUint32(4, atUs % 1_000_000, true);
  view.setUint32(8, length, true);
  view.setUint32(12, length, true);
  return new Uint8Array(view.buffer);
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** The offset of an error is one in the file. */
export function decodePcap(
  bytes: Uint8Array,
): { readonly packets: readonly CapturedPacket[] } | WireError {
  if (bytes.length < FILE_HEADER_LENGTH) {
    return { error: "pcap header cut short", at: bytes.length };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLittle = view.getUint32(0, true) === MAGIC;
  if (!isLittle && readUint32(bytes, 0) !== MAGIC) return { error: "not a pcap file", at: 0 };
  const linkType = view.getUint32(20, isLittle);
  if (linkType !== LINK_TYPE_ETHERNET) return { error: `link type ${linkType}`, at: 20 };
  const packets: CapturedPacket[] = [];
  let at = FILE_HEADER_LENGTH;
  while (at < bytes.length) {
    const packet = decodePacket(view, at, isLittle);
    if ("error" in packet) return packet;
    packets.push(packet);
    at += PACKET_HEADER_LENGTH + view.getUint32(at + 8, isLittle);
  }
  return { packets };
}

function decodePacket(view: DataView, at: number, isLittle: boolean): CapturedPacket | WireError {
  const frameAt = at + PACKET_HEADER_LENGTH;
  if (frameAt > view.byteLength) return { error: "packet header cut short", at: view.byteLength };
  const length = view.getUint32(at + 8, isLittle);
  if (length !== view.getUint32(at + 12, isLittle)) {
    return { error: "packet not whole", at: at + 8 };
  }
  if (frameAt + length > view.byteLength) return { error: "packet cut short", at: view.byteLength };
  const decoded = decodeFrame(new Uint8Array(view.buffer, view.byteOffset + frameAt, length));
  if ("error" in decoded) return { error: decoded.error, at: frameAt + decoded.at };
  const atUs = view.getUint32(at, isLittle) * 1_000_000 + view.getUint32(at + 4, isLittle);
  return { atUs, frame: decoded.frame };
}
