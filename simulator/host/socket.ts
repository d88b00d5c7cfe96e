// Sockets: what a program sees of TCP, UDP, ICMP, raw IP and the packet interface. Calls never
// block; a process is woken with { kind: "socket" } when something has changed, and looks.
import type { Ip, Mac } from "../wire/address.ts";
import type { ArpPacket } from "../wire/arp.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { TcpConnection, TcpListener } from "./tcp-state.ts";

/** errno by name, as the C library knows it. */
export type SocketError =
  | "EADDRINUSE"
  | "EADDRNOTAVAIL"
  | "ECONNREFUSED"
  | "ECONNRESET"
  | "EHOSTUNREACH"
  | "ENETUNREACH"
  | "ENODEV"
  | "EPIPE"
  | "ETIMEDOUT";

export type Socket = TcpListener | TcpConnection | UdpSocket | RawSocket | PacketSocket;

interface SocketBase {
  readonly id: number;
  /** The process that is woken; 0 once its owner has ended (an orphan that still says goodbye). */
  pid: number;
}

export interface UdpSocket extends SocketBase {
  readonly kind: "udp";
  localAddress: Ip;
  readonly localPort: number;
  /** Datagrams received and not yet read, oldest first. */
  received: {
    readonly source: Ip;
    readonly sourcePort: number;
    readonly destination: Ip;
    readonly data: string;
  }[];
  error: SocketError | undefined;
}

/** A raw IP socket: receives every packet of its protocol that this host accepts. */
export interface RawSocket extends SocketBase {
  readonly kind: "raw";
  readonly protocol: "icmp" | "vrrp";
  /** Bound to this interface when set (SO_BINDTODEVICE). */
  readonly nic: string | undefined;
  readonly group: Ip | undefined;
  received: Ipv4Packet[];
}

/** An AF_PACKET socket for ARP, as `arping` opens it. */
export interface PacketSocket extends SocketBase {
  readonly kind: "packet";
  readonly nic: string;
  received: { readonly packet: ArpPacket; readonly source: Mac; readonly destination: Mac }[];
}
