// ARP for IPv4 over Ethernet (RFC 826).
import { type Ip, type Mac, ZERO_MAC } from "./address.ts";
import {
  hex,
  readIp,
  readMac,
  readUint16,
  readUint8,
  type WireError,
  writeIp,
  writeMac,
  writeUint16,
} from "./bytes.ts";

export const ARP_LENGTH = 28;

export interface ArpPacket {
  readonly protocol: "arp";
  readonly operation: "request" | "reply";
  readonly senderMac: Mac;
  readonly senderIp: Ip;
  /** Zero in a plain request, broadcast in keepalived's gratuitous one (K58) and in arping's. */
  readonly targetMac: Mac;
  readonly targetIp: Ip;
}

/** True when a host speaks of its own address: everyone who has it in a cache takes note. */
export function isGratuitous(arp: ArpPacket): boolean {
  return arp.senderIp === arp.targetIp;
}

export function encodeArp(arp: ArpPacket): Uint8Array {
  const bytes = new Uint8Array(ARP_LENGTH);
  writeUint16(bytes, 0, 1);
  writeUint16(bytes, 2, 0x0800);
  bytes[4] = 6;
  bytes[5] = 4;
  writeUint16(bytes, 6, arp.operation === "request" ? 1 : 2);
  writeMac(bytes, 8, arp.senderMac);
  writeIp(bytes, 14, arp.senderIp);
  writeMac(bytes, 18, arp.targetMac);
  writeIp(bytes, 24, arp.targetIp);
  return bytes;
}

/** `start` is where the ARP packet begins in the frame; padding after it is ignored. */
export function decodeArp(bytes: Uint8Array, start: number): ArpPacket | WireError {
  if (bytes.length - start < ARP_LENGTH) return { error: "ARP packet cut short", at: bytes.length };
  const isIpv4OverEthernet =
    readUint16(bytes, start) === 1 &&
    readUint16(bytes, start + 2) === 0x0800 &&
    readUint8(bytes, start + 4) === 6 &&
    readUint8(bytes, start + 5) === 4;
  if (!isIpv4OverEthernet) return { error: "not ARP for IPv4 over Ethernet", at: start };
  const operation = readUint16(bytes, start + 6);
  if (operation !== 1 && operation !== 2) {
    return { error: `unknown ARP operation 0x${hex(operation, 4)}`, at: start + 6 };
  }
  return {
    protocol: "arp",
    operation: operation === 1 ? "request" : "reply",
    senderMac: readMac(bytes, start + 8),
    senderIp: readIp(bytes, start + 14),
    targetMac: readMac(bytes, start + 18),
    targetIp: readIp(bytes, start + 24),
  };
}

/** As tcpdump prints it; a target MAC stands in brackets when it is not zero (K58, I207). */
export function describeArp(arp: ArpPacket, verbose: boolean): string {
  const { senderIp, targetIp } = arp;
  const kind = verbose ? "Ethernet (len 6), IPv4 (len 4), " : "";
  if (arp.operation === "reply") {
    return `${kind}Reply ${senderIp} is-at ${arp.senderMac}, length ${ARP_LENGTH}`;
  }
  const target = arp.targetMac === ZERO_MAC ? "" : ` (${arp.targetMac})`;
  return `${kind}Request who-has ${targetIp}${target} tell ${senderIp}, length ${ARP_LENGTH}`;
}
