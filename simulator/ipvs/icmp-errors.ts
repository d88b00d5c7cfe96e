// ICMP errors that speak of an IPVS connection go to the end that can use them (I6 a, I26, I38).
import type { Host } from "../host/host.ts";
import { forwardIcmpError } from "../host/icmp.ts";
import { sendIpv4Via } from "../host/ip-output.ts";
import { sysctlNumber } from "../host/sysctl.ts";
import type { Sim } from "../kernel/sim.ts";
import { type IcmpError, type IcmpMessage, isIcmpError } from "../wire/icmp.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import { SYN } from "../wire/tcp.ts";
import {
  connectionKey,
  findByReply,
  findConnection,
  type Connection,
  putConnection,
} from "./connection-table.ts";
import { armed, timer } from "./connection-timer.ts";
import { toServer } from "./forward.ts";
import { schedule } from "./schedule.ts";

/** An error that reached the director itself; "stolen" when it was about a connection. */
export function icmpAboutConnection(
  host: Host,
  packet: Ipv4Packet,
  message: IcmpMessage,
  sim: Sim,
): "accept" | "stolen" {
  if (!isIcmpError(message)) return "accept";
  const { quoted } = message;
  if (quoted.payload.protocol === "ipv4") return aboutTunnel(host, quoted.payload, message, sim);
  const connection = byRequest(host, quoted);
  if (connection !== undefined) return aboutReply(host, packet, connection, sim);
  const made = scheduleError(host, quoted, sim);
  return made === undefined ? "accept" : aboutReply(host, packet, made, sim);
}

/** So long lives an entry that an error alone has made. */
const SHORT_SECONDS = 3;

/** schedule_icmp: a client's error about a reply of an unknown connection gets a server (I119). */
function scheduleError(host: Host, reply: Ipv4Packet, sim: Sim): Connection | undefined {
  if (sysctlNumber(host, "net.ipv4.vs.schedule_icmp") === 0) return undefined;
  const { payload } = reply;
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return undefined;
  // What the reply answered: its ends the other way round. That it begins nothing does not matter.
  const { sourcePort: destinationPort, destinationPort: sourcePort } = payload;
  const ports = { sourcePort, destinationPort };
  const asked =
    payload.protocol === "tcp" ? { ...payload, ...ports, flags: SYN } : { ...payload, ...ports };
  const { source: destination, destination: source } = reply;
  const request: Ipv4Packet = { ...reply, source, destination, payload: asked };
  const key = connectionKey(asked.protocol, source, sourcePort, destination, destinationPort);
  const made = schedule(host, request, asked, key, 0, sim);
  if (typeof made === "string") return undefined;
  const short = armed(host, { ...made, ...timer(sim.now, SHORT_SECONDS) }, sim);
  putConnection(host.ipvs.connections, short);
  return short;
}

/** The tunnel's far end complains about what was in it: the client hears it (I38). */
function aboutTunnel(
  host: Host,
  inner: Ipv4Packet,
  message: IcmpError,
  sim: Sim,
): "accept" | "stolen" {
  if (byRequest(host, inner) === undefined) return "accept";
  // The client sent it with the time to live it had before the director took one off.
  const asSent = { ...inner, ttl: inner.ttl + 1 };
  forwardIcmpError(host, message, asSent, sim);
  return "stolen";
}

/** The client complains about a reply: the server that sent it hears it (I26). */
function aboutReply(
  host: Host,
  packet: Ipv4Packet,
  connection: Connection,
  sim: Sim,
): "accept" | "stolen" {
  const destination = connection.method === "masq" ? connection.server : packet.destination;
  const lowered = { ...packet, destination, ttl: packet.ttl - 1 };
  sendIpv4Via(host, connection.server, lowered, sim);
  return "stolen";
}

/** A NAT server's error on its way through: inside and outside become the client's view (I26). */
export function icmpForward(host: Host, packet: Ipv4Packet): Ipv4Packet {
  const { payload } = packet;
  if (payload.protocol !== "icmp" || !isIcmpError(payload)) return packet;
  const { quoted } = payload;
  if (quoted.payload.protocol !== "tcp" && quoted.payload.protocol !== "udp") return packet;
  const { protocol, sourcePort, destinationPort } = quoted.payload;
  const ends = [quoted.destination, destinationPort, quoted.source, sourcePort] as const;
  const connection = findByReply(host.ipvs.connections, protocol, ...ends);
  if (connection === undefined) return packet;
  const { virtual, virtualPort } = connection;
  const inside: Ipv4Packet = {
    ...toServer(quoted, { ...connection, server: virtual, serverPort: virtualPort }),
  };
  return { ...packet, source: virtual, payload: { ...payload, quoted: inside } };
}

function byRequest(host: Host, quoted: Ipv4Packet): Connection | undefined {
  const { payload, source, destination } = quoted;
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return undefined;
  const { protocol, sourcePort, destinationPort } = payload;
  const { connections } = host.ipvs;
  return (
    findConnection(
      connections,
      connectionKey(protocol, source, sourcePort, destination, destinationPort),
    ) ??
    // A reply quoted back at us: its ends the other way round.
    findConnection(
      connections,
      connectionKey(protocol, destination, destinationPort, source, sourcePort),
    )
  );
}
