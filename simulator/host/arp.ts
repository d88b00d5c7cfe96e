// Receiving ARP (RFC 826 as Linux does it): who is answered is decided by arp_ignore of the
// receiving interface, what is learned by I49-I54.
import type { Sim } from "../kernel/sim.ts";
import { inSubnet, type Ip } from "../wire/address.ts";
import type { ArpPacket } from "../wire/arp.ts";
import type { Frame } from "../wire/ethernet.ts";
import type { Host, Nic } from "./host.ts";
import { updateNeighbour } from "./neighbour.ts";
import { hasAddress, isLocalAddress } from "./route.ts";
import { sysctlMax } from "./sysctl.ts";

export function receiveArp(host: Host, nic: Nic, frame: Frame, packet: ArpPacket, sim: Sim): void {
  if (!nic.arp) return sim.record(host, "drop.arp-off", { nic: nic.name });
  handToPacketSockets(host, nic, frame, packet, sim);
  const { senderIp, senderMac, targetIp } = packet;
  if (packet.operation === "request" && isRequestForUs(host, packet)) {
    if (isIgnored(host, nic, senderIp, targetIp)) {
      sim.record(host, "drop.arp-ignore", { address: targetIp, asker: senderIp });
      return;
    }
    // The asker is learned whatever its entry said before (I53).
    const news = { ip: senderIp, mac: senderMac, state: "stale" } as const;
    updateNeighbour(host, nic, { ...news, override: true }, sim);
    reply(host, nic, packet, sim);
    return;
  }
  const gratuitous = senderIp === targetIp;
  const reason = refusal(host, nic, packet, gratuitous);
  if (reason !== undefined) return sim.record(host, reason, { sender: senderIp });
  const toUs = packet.operation === "reply" && frame.destination === nic.mac;
  const state = toUs ? "reachable" : "stale";
  const news = { ip: senderIp, mac: senderMac, state, override: gratuitous } as const;
  updateNeighbour(host, nic, news, sim);
}

/** Why an ARP packet that is no question to this host teaches it nothing (I49, I54). */
function refusal(
  host: Host,
  nic: Nic,
  { operation, senderIp }: ArpPacket,
  gratuitous: boolean,
): `drop.${string}` | undefined {
  if (gratuitous && sysctlMax(host, nic.name, "drop_gratuitous_arp") > 0) {
    return "drop.arp-gratuitous";
  }
  if (nic.neighbours.has(senderIp)) return undefined;
  if (hasAddress(host, senderIp)) return "drop.arp-own-address";
  if (gratuitous && sysctlMax(host, nic.name, "arp_accept") > 0) return undefined;
  const isQuestion = operation === "request" && !gratuitous;
  return isQuestion ? "drop.arp-for-another" : "drop.arp-unknown-sender";
}

/** Linux asks its routing table; a sender address of our own fails the source check. */
function isRequestForUs(host: Host, packet: ArpPacket): boolean {
  return isLocalAddress(host, packet.targetIp) && !hasAddress(host, packet.senderIp);
}

/** arp_ignore (I43, I46): `all` and the receiving interface, the larger counts; lo's never does. */
function isIgnored(host: Host, nic: Nic, senderIp: Ip, targetIp: Ip): boolean {
  const level = sysctlMax(host, nic.name, "arp_ignore");
  const here = nic.addresses.find((own) => own.address === targetIp);
  switch (level) {
    case 0:
      return false;
    case 1:
      return here === undefined;
    case 2:
      return here === undefined || !inSubnet(senderIp, here.address, here.prefix);
    case 3:
      return isHostScope(host, targetIp);
    case 8:
      return true;
    default:
      return false;
  }
}

function isHostScope(host: Host, ip: Ip): boolean {
  return [...host.nics.values()].some((nic) =>
    nic.addresses.some((own) => own.address === ip && own.scope === "host"),
  );
}

function reply(host: Host, nic: Nic, request: ArpPacket, sim: Sim): void {
  sim.transmit(host, nic, {
    source: nic.mac,
    destination: request.senderMac,
    payload: {
      protocol: "arp",
      operation: "reply",
      senderMac: nic.mac,
      senderIp: request.targetIp,
      targetMac: request.senderMac,
      targetIp: request.senderIp,
    },
  });
}

function handToPacketSockets(
  host: Host,
  nic: Nic,
  frame: Frame,
  packet: ArpPacket,
  sim: Sim,
): void {
  for (const id of host.taps) {
    const socket = host.sockets.get(id);
    if (socket?.kind !== "packet" || socket.nic !== nic.name) continue;
    socket.received.push({ packet, source: frame.source, destination: frame.destination });
    sim.wake(host, socket.pid, { kind: "socket", socket: socket.id });
  }
}
