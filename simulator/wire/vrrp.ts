// VRRP adverts, version 2 (RFC 3768, K3) and 3 (RFC 5798, K6), IPv4 only, and the IPsec
// authentication header before them (K9). Left out: virtual MAC addresses (K2).
import type { Ip } from "./address.ts";
import {
  hex,
  hexOfText,
  readIp,
  readText,
  readUint16,
  readUint32,
  readUint8,
  type WireError,
  writeIp,
  writeText,
  writeUint16,
  writeUint32,
} from "./bytes.ts";
import { checksumError, internetChecksum, pseudoHeaderSum } from "./checksum.ts";
import type { Carrier } from "./ipv4.ts";

export const VRRP_GROUP: Ip = "224.0.0.18";
export const VRRP_PROTOCOL = 112;
export const AH_PROTOCOL = 51;

export const AUTH_NONE = 0;
export const AUTH_PASS = 1;

const HEADER_LENGTH = 8;
const PASSWORD_LENGTH = 8;
const AH_LENGTH = 24;
const CHECK_VALUE_LENGTH = 12;

export interface VrrpAdvert {
  readonly protocol: "vrrp";
  readonly version: 2 | 3;
  readonly virtualRouterId: number;
  /** 0 says "I am leaving", 255 "I own the address". */
  readonly priority: number;
  /** 0 none, 1 simple password, 2 IPsec AH; version 3 has none. */
  readonly authType: number;
  /** The eight bytes of a version 2 password, without the padding zeros. */
  readonly password: string;
  /** As on the wire: whole seconds in version 2, centiseconds in version 3. */
  readonly advertInterval: number;
  readonly addresses: readonly Ip[];
  /** Stands between IP and VRRP with `authType` 2 (K9). */
  readonly authenticationHeader?: AuthenticationHeader;
}

export interface AuthenticationHeader {
  /** keepalived's is its source address. */
  readonly securityParameters: number;
  /** Counts from 1. */
  readonly sequence: number;
  /** The twelve bytes of the keyed digest, one character each. */
  readonly checkValue: string;
}

export function vrrpLength(advert: VrrpAdvert): number {
  return (advert.authenticationHeader ? AH_LENGTH : 0) + messageLength(advert);
}

function messageLength(advert: VrrpAdvert): number {
  const password = advert.version === 2 ? PASSWORD_LENGTH : 0;
  return HEADER_LENGTH + 4 * advert.addresses.length + password;
}

/** The protocol number in the IP header: an authentication header stands in front. */
export function vrrpProtocol(advert: VrrpAdvert): number {
  return advert.authenticationHeader ? AH_PROTOCOL : VRRP_PROTOCOL;
}

export function encodeVrrp(advert: VrrpAdvert, source: Ip, destination: Ip): Uint8Array {
  const message = encodeMessage(advert, source, destination);
  const header = advert.authenticationHeader;
  if (!header) return message;
  const bytes = new Uint8Array(AH_LENGTH + message.length);
  bytes[0] = VRRP_PROTOCOL;
  bytes[1] = AH_LENGTH / 4 - 2;
  writeUint32(bytes, 4, header.securityParameters);
  writeUint32(bytes, 8, header.sequence);
  writeText(bytes, AH_LENGTH - CHECK_VALUE_LENGTH, header.checkValue.slice(0, CHECK_VALUE_LENGTH));
  bytes.set(message, AH_LENGTH);
  return bytes;
}

function encodeMessage(advert: VrrpAdvert, source: Ip, destination: Ip): Uint8Array {
  const bytes = new Uint8Array(messageLength(advert));
  bytes[0] = advert.version * 16 + 1;
  bytes[1] = advert.virtualRouterId;
  bytes[2] = advert.priority;
  bytes[3] = advert.addresses.length;
  if (advert.version === 2) {
    bytes[4] = advert.authType;
    bytes[5] = advert.advertInterval;
  } else {
    writeUint16(bytes, 4, advert.advertInterval & 0x0fff);
  }
  advert.addresses.forEach((ip, i) => writeIp(bytes, HEADER_LENGTH + 4 * i, ip));
  if (advert.version === 2 && advert.authType === AUTH_PASS) {
    const password = advert.password.slice(0, PASSWORD_LENGTH);
    writeText(bytes, bytes.length - PASSWORD_LENGTH, password);
  }
  const pseudo = pseudoSum(advert.version, source, destination, bytes.length);
  writeUint16(bytes, 6, internetChecksum(bytes, 0, bytes.length, pseudo));
  return bytes;
}

/** Version 2 sums the message alone (K5), version 3 the pseudo header too (K7). */
function pseudoSum(version: number, source: Ip, destination: Ip, length: number): number {
  return version === 2 ? 0 : pseudoHeaderSum(source, destination, VRRP_PROTOCOL, length);
}

/** The advert's checksum field as it stands on the wire. */
export function vrrpChecksum(advert: VrrpAdvert, source: Ip, destination: Ip): number {
  return readUint16(encodeMessage(advert, source, destination), 6);
}

export function decodeAuthenticatedVrrp(
  bytes: Uint8Array,
  start: number,
  end: number,
  carrier: Carrier,
): VrrpAdvert | WireError {
  if (end - start < AH_LENGTH) return { error: "authentication header cut short", at: end };
  if (readUint8(bytes, start) !== VRRP_PROTOCOL || readUint8(bytes, start + 1) !== 4) {
    return { error: "authentication header before something else than VRRP", at: start };
  }
  const advert = decodeVrrp(bytes, start + AH_LENGTH, end, carrier);
  if ("error" in advert) return advert;
  const authenticationHeader = {
    securityParameters: readUint32(bytes, start + 4),
    sequence: readUint32(bytes, start + 8),
    checkValue: readText(bytes, start + AH_LENGTH - CHECK_VALUE_LENGTH, start + AH_LENGTH),
  };
  return { ...advert, authenticationHeader };
}

export function decodeVrrp(
  bytes: Uint8Array,
  start: number,
  end: number,
  carrier: Carrier,
): VrrpAdvert | WireError {
  const first = readUint8(bytes, start);
  const version = first >>> 4;
  if (end - start < HEADER_LENGTH) return { error: "VRRP advert cut short", at: end };
  if (version !== 2 && version !== 3) return { error: `VRRP version ${version}`, at: start };
  if ((first & 15) !== 1) return { error: `VRRP type ${first & 15}`, at: start };
  const count = readUint8(bytes, start + 3);
  const expected = HEADER_LENGTH + 4 * count + (version === 2 ? PASSWORD_LENGTH : 0);
  if (end - start !== expected) {
    const error = `VRRP advert of ${end - start} bytes with ${count} addresses`;
    return { error, at: start + 3 };
  }
  if (!carrier.quoted) {
    const pseudo = pseudoSum(version, carrier.source, carrier.destination, expected);
    const wrong = checksumError(bytes, { start, end, at: start + 6 }, "VRRP", pseudo);
    if (wrong) return wrong;
  }
  return {
    protocol: "vrrp",
    version,
    virtualRouterId: readUint8(bytes, start + 1),
    priority: readUint8(bytes, start + 2),
    ...readVersionFields(bytes, start, end, version),
    addresses: Array.from({ length: count }, (_, i) => readIp(bytes, start + 8 + 4 * i)),
  };
}

function readVersionFields(bytes: Uint8Array, start: number, end: number, version: 2 | 3) {
  if (version === 3) {
    const advertInterval = readUint16(bytes, start + 4) & 0x0fff;
    return { authType: AUTH_NONE, password: "", advertInterval };
  }
  const authType = readUint8(bytes, start + 4);
  const padded = readText(bytes, end - PASSWORD_LENGTH, end);
  const password = authType === AUTH_PASS ? padded.replace(/\0+$/, "") : "";
  return { authType, password, advertInterval: readUint8(bytes, start + 5) };
}

/** As tcpdump prints what follows the addresses (I207; -v recorded in tools-output). */
export function describeVrrp(advert: VrrpAdvert, ttl: number, verbose: boolean): string {
  const isVersion2 = advert.version === 2;
  const authType = ["none", "simple", "ah"][advert.authType] ?? `#${advert.authType}`;
  const parts = [
    `${describeHeader(advert.authenticationHeader, verbose)}VRRPv${advert.version}, Advertisement`,
    // An advert that passed a router is suspect (RFC 3768 5.2.3).
    ...(ttl === 255 ? [] : [`(ttl ${ttl})`]),
    `vrid ${advert.virtualRouterId}`,
    `prio ${advert.priority}`,
    ...(isVersion2 ? [`authtype ${authType}`] : []),
    `intvl ${advert.advertInterval}${isVersion2 ? "s" : "cs"}`,
    `length ${messageLength(advert)}`,
    ...(verbose ? [describeAddresses(advert)] : []),
  ];
  return parts.join(", ");
}

function describeAddresses({ version, authType, password, addresses }: VrrpAdvert): string {
  const hasPassword = version === 2 && authType === AUTH_PASS;
  const count = addresses.length > 1 ? `(${addresses.length})` : "";
  const words = [`addrs${count}:`, addresses.join(","), hasPassword ? `auth "${password}"` : ""];
  return words.filter((word) => word !== "").join(" ");
}

function describeHeader(header: AuthenticationHeader | undefined, verbose: boolean): string {
  if (!header) return "";
  const { securityParameters, sequence, checkValue } = header;
  const fields = [
    ...(verbose ? [`length=4(${AH_LENGTH}-bytes)`] : []),
    `spi=0x${hex(securityParameters, 8)}`,
    `seq=0x${sequence.toString(16)}`,
    `icv=0x${hexOfText(checkValue)}`,
  ];
  return `AH(${fields.join(",")}): `;
}
