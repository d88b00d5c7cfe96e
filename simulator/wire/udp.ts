// UDP datagrams (RFC 768). Data is a string in which each character is one byte (0-255).
import type { Ip } from "./address.ts";
import { readText, readUint16, type WireError, writeText, writeUint16 } from "./bytes.ts";
import type { Carrier } from "./ipv4.ts";
import { checksumError, internetChecksum, pseudoHeaderSum } from "./checksum.ts";

export const UDP_PROTOCOL = 17;
const UDP_HEADER_LENGTH = 8;

export interface UdpDatagram {
  readonly protocol: "udp";
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly data: string;
}

export function udpLength(datagram: UdpDatagram): number {
  return UDP_HEADER_LENGTH + datagram.data.length;
}

export function encodeUdp(datagram: UdpDatagram, source: Ip, destination: Ip): Uint8Array {
  const length = udpLength(datagram);
  const bytes = new Uint8Array(length);
  writeUint16(bytes, 0, datagram.sourcePort);
  writeUint16(bytes, 2, datagram.destinationPort);
  writeUint16(bytes, 4, length);
  writeText(bytes, UDP_HEADER_LENGTH, datagram.data);
  const pseudo = pseudoHeaderSum(source, destination, UDP_PROTOCOL, length);
  // RFC 768: 0 says "no checksum", so a sum of 0 is sent as all ones.
  writeUint16(bytes, 6, internetChecksum(bytes, 0, length, pseudo) || 0xffff);
  return bytes;
}

/** `end` is where the IP packet ends. A quoted datagram may lack its tail and is not summed. */
export function decodeUdp(
  bytes: Uint8Array,
  start: number,
  end: number,
  carrier: Carrier,
): UdpDatagram | WireError {
  if (end - start < UDP_HEADER_LENGTH) return { error: "UDP header cut short", at: end };
  const length = readUint16(bytes, start + 4);
  const isLengthRight = carrier.quoted ? length >= end - start : length === end - start;
  if (!isLengthRight) {
    return { error: `UDP length is ${length}, not ${end - start}`, at: start + 4 };
  }
  if (!carrier.quoted && readUint16(bytes, start + 6) !== 0) {
    const pseudo = pseudoHeaderSum(carrier.source, carrier.destination, UDP_PROTOCOL, length);
    const wrong = checksumError(bytes, { start, end, at: start + 6 }, "UDP", pseudo);
    if (wrong) return wrong;
  }
  return {
    protocol: "udp",
    sourcePort: readUint16(bytes, start),
    destinationPort: readUint16(bytes, start + 2),
    data: readText(bytes, start + UDP_HEADER_LENGTH, end),
  };
}

/** As tcpdump prints what follows the addresses and ports (I141). */
export function describeUdp(datagram: UdpDatagram): string {
  return `UDP, length ${datagram.data.length}`;
}
