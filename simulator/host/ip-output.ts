// Sending IPv4: route, LOCAL_OUT, then the neighbour. Left out: fragmentation (a packet larger than
// the interface's MTU is dropped with its reason), POSTROUTING rules.
import { ipvsLocalOut } from "../ipvs/hook.ts";
import type { Sim } from "../kernel/sim.ts";
import { BROADCAST_MAC, type Ip, isMulticastIp, multicastMac, ZERO_MAC } from "../wire/address.ts";
import { ipLength, type Ipv4Packet } from "../wire/ipv4.ts";
import { filterVerdict } from "./filter.ts";
import type { Host, Nic } from "./host.ts";
import { sendToNeighbour } from "./neighbour.ts";
import { routeTo } from "./route.ts";

export interface SendOptions {
  /** The interface to leave by, needed for multicast (IP_MULTICAST_IF, SO_BINDTODEVICE). */
  readonly nic?: string;
  /** Progress of a connection proves that the next hop lives (I59). */
  readonly confirmed?: boolean;
}

/** Sends a packet of this host's own. False when there is no route (ENETUNREACH). */
export function sendIpv4(
  host: Host,
  packet: Ipv4Packet,
  sim: Sim,
  options: SendOptions = {},
): boolean {
  if (filterVerdict(host, "OUTPUT", packet, { out: outName(host, packet, options) }) !== "ACCEPT") {
    sim.record(host, "drop.filter", { chain: "OUTPUT", destination: packet.destination });
    return true;
  }
  if (isMulticastIp(packet.destination)) return sendMulticast(host, packet, sim, options.nic);
  if (host.ipvs.services.size === 0) return route(host, packet, sim, options.confirmed ?? false);
  const verdict = ipvsLocalOut(host, packet, sim);
  if (verdict === "stolen") return true;
  return route(host, verdict === "accept" ? packet : verdict, sim, options.confirmed ?? false);
}

function outName(host: Host, packet: Ipv4Packet, { nic }: SendOptions): string | undefined {
  if (nic !== undefined || host.filter.rules.length === 0) return nic;
  return routeTo(host, packet.destination)?.nic.name;
}

/** Sends `packet` unchanged to the neighbour that leads to `nextHop`: direct routing's step (I11). */
export function sendIpv4Via(host: Host, nextHop: Ip, packet: Ipv4Packet, sim: Sim): void {
  const way = routeTo(host, nextHop);
  if (way === undefined || way.kind === "broadcast") {
    sim.record(host, "drop.no-route", { destination: nextHop });
  } else if (way.kind === "local") {
    loop(host, way.nic, packet, sim);
  } else {
    hand(host, way.nic, way.via ?? nextHop, packet, sim, false);
  }
}

/** Routes a packet by its destination and hands it on; also the last step of forwarding. */
export function route(host: Host, packet: Ipv4Packet, sim: Sim, confirmed: boolean): boolean {
  const way = routeTo(host, packet.destination);
  if (way === undefined) {
    sim.record(host, "drop.no-route", { destination: packet.destination });
    return false;
  }
  if (way.kind === "local") {
    loop(host, way.nic, packet, sim);
  } else if (way.kind === "broadcast") {
    const { nic } = way;
    sim.transmit(host, nic, { source: nic.mac, destination: BROADCAST_MAC, payload: packet });
  } else {
    hand(host, way.nic, way.via ?? packet.destination, packet, sim, confirmed);
  }
  return true;
}

function hand(
  host: Host,
  nic: Nic,
  nextHop: Ip,
  packet: Ipv4Packet,
  sim: Sim,
  confirmed: boolean,
): void {
  if (ipLength(packet) > nic.mtu) {
    sim.record(host, "drop.too-big", { destination: packet.destination, mtu: nic.mtu });
    return;
  }
  sendToNeighbour(host, nic, nextHop, packet, sim, confirmed);
}

function sendMulticast(
  host: Host,
  packet: Ipv4Packet,
  sim: Sim,
  nicName: string | undefined,
): boolean {
  const named = nicName === undefined ? undefined : host.nics.get(nicName);
  const nic = named ?? [...host.nics.values()].find((other) => other.name !== "lo");
  if (nic === undefined) return false;
  const destination = multicastMac(packet.destination);
  sim.transmit(host, nic, { source: nic.mac, destination, payload: packet });
  return true;
}

function loop(host: Host, lo: Nic, packet: Ipv4Packet, sim: Sim): void {
  sim.transmit(host, lo, { source: ZERO_MAC, destination: ZERO_MAC, payload: packet });
}

/** The next IP identification for packets between two addresses (I232). */
export function nextPacketId(host: Host, source: Ip, destination: Ip, sim: Sim): number {
  const flow = `${source} ${destination}`;
  const id = host.packetIds.get(flow) ?? Math.floor(sim.random() * 65536);
  host.packetIds.set(flow, (id + 1) & 0xffff);
  return id;
}
