// UDP (RFC 768): datagrams to sockets, and "port unreachable" when there is none. Left out so far:
// programs that open UDP sockets of their own.
import type { Sim } from "../kernel/sim.ts";
import type { Ip } from "../wire/address.ts";
import { UNREACHABLE_PORT } from "../wire/icmp.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { UdpDatagram } from "../wire/udp.ts";
import type { Host } from "./host.ts";
import { sendIcmpError } from "./icmp.ts";
import type { SocketError, UdpSocket } from "./socket.ts";

export function receiveUdp(host: Host, packet: Ipv4Packet, datagram: UdpDatagram, sim: Sim): void {
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
): void {
  const socket = findSocket(host, quoted.source, datagram.sourcePort);
  if (socket === undefined) return;
  socket.error = error;
  sim.wake(host, socket.pid, { kind: "socket", socket: socket.id });
}

function findSocket(host: Host, address: Ip, port: number): UdpSocket | undefined {
  for (const socket of host.sockets.values()) {
    if (socket.kind !== "udp" || socket.localPort !== port) continue;
    const anywhere = socket.localAddress === "0.0.0.0" || address === "0.0.0.0";
    if (anywhere || socket.localAddress === address) return socket;
  }
  return undefined;
}
