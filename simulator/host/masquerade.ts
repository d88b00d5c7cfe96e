// MASQUERADE at POSTROUTING for IPVS connections that `net.ipv4.vs.conntrack=1` lets it see (I27,
// I31). Left out: other forwarded traffic, and the ageing of entries (a port used anew replaces
// its entry).
import type { Ip } from "../wire/address.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import { postroutingMasquerades } from "./filter.ts";
import type { Host } from "./host.ts";
import { routeTo } from "./route.ts";
import { sysctlNumber } from "./sysctl.ts";

/** Whose packets leave under one of this host's ports. */
export interface Masquerade {
  readonly address: Ip;
  readonly port: number;
}

const FIRST_PORT = 1024;
const LAST_PORT = 65535;

/** The packet as it leaves: from this host's own address when a rule of the nat table says so. */
export function masqueraded(host: Host, packet: Ipv4Packet): Ipv4Packet {
  const { payload, source, destination } = packet;
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return packet;
  if (sysctlNumber(host, "net.ipv4.vs.conntrack") === 0) return packet;
  const way = routeTo(host, destination);
  if (way?.kind !== "unicast") return packet;
  if (!postroutingMasquerades(host, packet, way.nic.name)) return packet;
  const peer = `${payload.protocol} ${destination}:${payload.destinationPort}`;
  let port = payload.sourcePort;
  for (let tries = 0; tries < LAST_PORT; tries++) {
    const known = host.masquerades.get(`${peer} ${way.source}:${port}`);
    if (known === undefined) break;
    if (known.address === source && known.port === payload.sourcePort) break;
    port = port === LAST_PORT ? FIRST_PORT : port + 1;
  }
  const client = { address: source, port: payload.sourcePort };
  host.masquerades.set(`${peer} ${way.source}:${port}`, client);
  return { ...packet, source: way.source, payload: { ...payload, sourcePort: port } };
}

/** A reply to such a packet is for the one behind it again, before it is routed. */
export function unmasqueraded(host: Host, packet: Ipv4Packet): Ipv4Packet {
  const { payload, source, destination } = packet;
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return packet;
  const { protocol, sourcePort, destinationPort } = payload;
  const key = `${protocol} ${source}:${sourcePort} ${destination}:${destinationPort}`;
  const client = host.masquerades.get(key);
  if (client === undefined) return packet;
  const { address, port } = client;
  return { ...packet, destination: address, payload: { ...payload, destinationPort: port } };
}
