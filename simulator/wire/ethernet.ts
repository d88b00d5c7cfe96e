// Ethernet II frames. Left out: VLAN tags, padding to 60 bytes (as on the recorded veth wires)
// and the frame check sequence.
import type { Mac } from "./address.ts";
import { ARP_LENGTH, type ArpPacket, decodeArp, encodeArp } from "./arp.ts";
import { hex, readMac, readUint16, type WireError, writeMac, writeUint16 } from "./bytes.ts";
import { decodeIpv4, encodeIpv4, ipLength, type Ipv4Packet } from "./ipv4.ts";

const HEADER_LENGTH = 14;
const TYPE_IPV4 = 0x0800;
const TYPE_ARP = 0x0806;

export interface Frame {
  readonly source: Mac;
  readonly destination: Mac;
  readonly payload: ArpPacket | Ipv4Packet;
}

/** The frame's length on the wire, without encoding it. */
export function frameLength({ payload }: Frame): number {
  return HEADER_LENGTH + (payload.protocol === "arp" ? ARP_LENGTH : ipLength(payload));
}

export function encodeFrame({ source, destination, payload }: Frame): Uint8Array {
  const isArp = payload.protocol === "arp";
  const body = isArp ? encodeArp(payload) : encodeIpv4(payload);
  const bytes = new Uint8Array(HEADER_LENGTH + body.length);
  writeMac(bytes, 0, destination);
  writeMac(bytes, 6, source);
  writeUint16(bytes, 12, isArp ? TYPE_ARP : TYPE_IPV4);
  bytes.set(body, HEADER_LENGTH);
  return bytes;
}

/** Any bytes are allowed: what is no frame of this model gives an error with its offset. */
export function decodeFrame(bytes: Uint8Array): { readonly frame: Frame } | WireError {
  if (bytes.length < HEADER_LENGTH) return { error: "Ethernet header cut short", at: bytes.length };
  const payload = decodePayload(bytes, readUint16(bytes, 12));
  if ("error" in payload) return payload;
  return { frame: { source: readMac(bytes, 6), destination: readMac(bytes, 0), payload } };
}

function decodePayload(bytes: Uint8Array, type: number): ArpPacket | Ipv4Packet | WireError {
  if (type === TYPE_ARP) return decodeArp(bytes, HEADER_LENGTH);
  if (type === TYPE_IPV4) return decodeIpv4(bytes, HEADER_LENGTH, bytes.length);
  return { error: `unknown EtherType 0x${hex(type, 4)}`, at: 12 };
}
