// UDP (RFC 768): datagrams to sockets, and "port unreachable" when there is none.
import { receiveSync } from "../ipvs/sync.ts";
import type { Sim } from "../kernel/sim.ts";
import type { Ip } from "../wire/address.ts";
import { UNREACHABLE_PORT } from "../wire/icmp.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { UdpDatagram } from "../wire/udp.ts";
import type { Host } from "./host.ts";
import { sendIcmpError } from "./icmp.ts";
import { nextPacketId, sendIpv4 } from "./ip-output.ts";
import { takePort, usePort } from "./ports.ts";
import type { Process } from "./process.ts";
import { isLocalAddress, routeTo } from "./route.ts";
import type { SocketError, UdpSocket } from "./socket.ts";
import type { System } from "./system.ts";

export function openUdp(
  { host, sim }: System,
  process: Process,
  options: { address?: Ip; port?: number } = {},
): { socket: number } | { error: SocketError } {
  const localAddress = options.address ?? "0.0.0.0";
  if (localAddress !== "0.0.0.0" && !isLocalAddress(host, localAddress)) {
    return { error: "EADDRNOTAVAIL" };
  }
  const localPort = options.port ?? takePort(host, sim);
  if (findSocket(host, localAddress, localPort) !== undefined) return { error: "EADDRINUSE" };
  usePort(host, localPort);
  const id = ++host.lastSocket;
  const common = { id, pid: process.pid, received: [], error: undefined };
  host.sockets.set(id, { kind: "udp", localAddress, localPort, ...common });
  return { socket: id };
}

export function sendUdp(
  { host, sim }: System,
  socket: UdpSocket,
  to: { destination: Ip; port: number; source?: Ip },
  data: string,
): SocketError | undefined {
  const bound = socket.localAddress === "0.0.0.0" ? undefined : socket.localAddress;
  const source = to.source ?? bound ?? routeTo(host, to.destination)?.source;
  if (source === undefined) return "ENETUNREACH";
  const packet: Ipv4Packet = {
    protocol: "ipv4",
    source,
    destination: to.destination,
    ttl: 64,
    tos: 0,
    id: nextPacketId(host, source, to.destination, sim),
    dontFragment: true,
    payload: { protocol: "udp", sourcePort: socket.localPort, destinationPort: to.port, data },
  };
  return sendIpv4(host, packet, sim) ? undefined : "ENETUNREACH";
}

export function receiveUdp(host: Host, packet: Ipv4Packet, datagram: UdpDatagram, sim: Sim): void {
  if (receiveSync(host, datagram, sim)) return;
  const { sourcePort, destinationPort, data } = datagram;
  const socket = findSocket(host, packet.destination, destinationPort);
  if (socket === undefined) {
    sim.record(host, "drop.no-listener", { protocol: "udp", port: destinationPort });
    return sendIcmpError(host, { code: UNREACHABLE_PORT }, packet, sim);
  }
  const { source, destination } = packet;
  socket.received.push({ source, sourcePort, destination, data });
  sim.wake(host, socket.pid, { kind: "socket", socket: socket.id });
}

export function udpError(
  host: Host,
  quoted: Ipv4Packet,
  datagram: UdpDatagram,
  error: SocketError,
  sim: Sim,
): boolean {
  const socket = findSocket(host, quoted.source, datagram.sourcePort);
  if (socket === undefined) return false;
  socket.error = error;
  sim.wake(host, socket.pid, { kind: "socket", socket: socket.id });
  return true;
}

function findSocket(host: Host, address: Ip, port: number): UdpSocket | undefined {
  for (const socket of host.sockets.values()) {
    if (socket.kind !== "udp" || socket.localPort !== port) continue;
    const anywhere = socket.localAddress === "0.0.0.0" || address === "0.0.0.0";
    if (anywhere || socket.localAddress === address) return socket;
  }
  return undefined;
}
