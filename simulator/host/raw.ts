// Raw IP sockets (VRRP, ping) and packet sockets (arping).
import type { Sim } from "../kernel/sim.ts";
import type { Ip } from "../wire/address.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { Host, Nic } from "./host.ts";
import { joinGroup } from "./igmp.ts";
import type { Process } from "./process.ts";
import type { RawSocket } from "./socket.ts";
import type { System } from "./system.ts";

/** Opens a raw socket; with a group and an interface the interface joins the group (K12). */
export function openRaw(
  { host, sim }: System,
  process: Process,
  options: { protocol: RawSocket["protocol"]; nic?: string; group?: Ip },
): number {
  const id = ++host.lastSocket;
  const { protocol, nic, group } = options;
  host.taps = [...host.taps, id];
  host.sockets.set(id, { kind: "raw", id, pid: process.pid, protocol, nic, group, received: [] });
  const joined = nic === undefined ? undefined : host.nics.get(nic);
  if (group !== undefined && joined !== undefined) joinGroup(host, joined, group, sim);
  return id;
}

export function openPacket({ host }: System, process: Process, nic: string): number {
  const id = ++host.lastSocket;
  host.taps = [...host.taps, id];
  host.sockets.set(id, { kind: "packet", id, pid: process.pid, nic, received: [] });
  return id;
}

/** Gives a packet to every raw socket of its protocol; false when there is none. */
export function handToRawSockets(host: Host, nic: Nic, packet: Ipv4Packet, sim: Sim): boolean {
  let taken = false;
  for (const id of host.taps) {
    const socket = host.sockets.get(id);
    if (socket?.kind !== "raw" || socket.protocol !== packet.payload.protocol) continue;
    if (socket.nic !== undefined && socket.nic !== nic.name) continue;
    taken = true;
    // Bound to its group it does not hear what is sent to the host (measured with keepalived 2.2.7).
    if (socket.group !== undefined && packet.destination !== socket.group) continue;
    socket.received.push(packet);
    sim.wake(host, socket.pid, { kind: "socket", socket: socket.id });
  }
  return taken;
}
