// What ICMP says of this host's own TCP segments: who sent them, and what that connection does.
import type { Sim } from "../kernel/sim.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { TcpSegment } from "../wire/tcp.ts";
import type { Host } from "./host.ts";
import type { SocketError } from "./socket.ts";
import { fail } from "./tcp-input.ts";
import { lowerMss } from "./tcp-output.ts";
import { type TcpConnection, tupleKey } from "./tcp-state.ts";

/** An ICMP complaint about one of our segments (I226): fatal while connecting, else nothing. */
export function tcpError(
  host: Host,
  quoted: Ipv4Packet,
  segment: TcpSegment,
  error: SocketError,
  sim: Sim,
): boolean {
  const connection = senderOf(host, quoted, segment);
  if (connection?.state !== "SYN-SENT") return false;
  fail(host, connection, error, sim);
  return true;
}

/** The connection that sent a segment which is now quoted back at it. */
export function senderOf(
  host: Host,
  { source, destination }: Ipv4Packet,
  { sourcePort, destinationPort }: TcpSegment,
): TcpConnection | undefined {
  const key = tupleKey(source, sourcePort, destination, destinationPort);
  const connection = host.sockets.get(host.tcp.byTuple.get(key) ?? 0);
  return connection?.kind === "tcp" ? connection : undefined;
}

/** "Fragmentation needed" about one of this host's segments: its connection sends smaller ones. */
export function tcpTooBig(
  host: Host,
  quoted: Ipv4Packet,
  segment: TcpSegment,
  mtu: number,
  sim: Sim,
): boolean {
  const connection = senderOf(host, quoted, segment);
  // In TIME-WAIT there is nothing left to send in smaller pieces.
  if (connection === undefined || connection.state === "TIME-WAIT") return false;
  return lowerMss(host, connection, mtu, sim);
}
