// IPv4 and MAC addresses. Both are plain strings in their usual notation ("192.168.88.100",
// "02:00:00:00:58:08"): they print as they are and serve as keys.

/** An IPv4 address in dotted notation. */
export type Ip = string;

/** A MAC address: six lower-case hexadecimal pairs. */
export type Mac = string;

export const BROADCAST_MAC: Mac = "ff:ff:ff:ff:ff:ff";
export const ZERO_MAC: Mac = "00:00:00:00:00:00";

/** The address as an unsigned 32-bit number, or undefined when the text is not an address. */
export function parseIp(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part)) return undefined;
    const octet = Number(part);
    if (octet > 255) return undefined;
    value = value * 256 + octet;
  }
  return value;
}

/** The number of a well-formed address; a malformed one counts as 0.0.0.0. */
export function ipNumber(ip: Ip): number {
  let value = 0;
  let octet = 0;
  for (let i = 0; i < ip.length; i++) {
    const code = ip.charCodeAt(i);
    if (code === 46) {
      value = value * 256 + octet;
      octet = 0;
    } else {
      octet = octet * 10 + code - 48;
    }
  }
  return value * 256 + octet;
}

export function formatIp(value: number): Ip {
  const unsigned = value >>> 0;
  return [unsigned >>> 24, (unsigned >>> 16) & 255, (unsigned >>> 8) & 255, unsigned & 255].join(
    ".",
  );
}

/** The netmask of a prefix length, as an unsigned number: 24 gives 0xffffff00. */
export function maskOf(prefix: number): number {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

export function inSubnet(ip: Ip, network: Ip, prefix: number): boolean {
  const mask = maskOf(prefix);
  return ((ipNumber(ip) ^ ipNumber(network)) & mask) === 0;
}

/** The network's first address: 192.168.88.8/24 gives 192.168.88.0. */
export function networkOf(ip: Ip, prefix: number): Ip {
  return formatIp(ipNumber(ip) & maskOf(prefix));
}

/** The network's last address: 192.168.88.8/24 gives 192.168.88.255. */
export function broadcastOf(ip: Ip, prefix: number): Ip {
  return formatIp(ipNumber(ip) | ~maskOf(prefix));
}

export function isMulticastIp(ip: Ip): boolean {
  const first = Number.parseInt(ip, 10);
  return first >= 224 && first <= 239;
}

/** The group's MAC address: 01:00:5e and the low 23 bits of the address (RFC 1112 6.4). */
export function multicastMac(ip: Ip): Mac {
  const low = ipNumber(ip) & 0x7fffff;
  const octets = [low >>> 16, (low >>> 8) & 255, low & 255];
  return "01:00:5e:" + octets.map((octet) => octet.toString(16).padStart(2, "0")).join(":");
}

/** True for broadcast and multicast alike: the lowest bit of the first octet. */
export function isGroupMac(mac: Mac): boolean {
  return (parseInt(mac.slice(0, 2), 16) & 1) === 1;
}
