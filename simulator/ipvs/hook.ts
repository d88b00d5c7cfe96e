// IPVS where it meets a packet: LOCAL_IN, LOCAL_OUT and FORWARD (I1-I9). Left out: SCTP, AH and
// ESP, FTP's helper.
import type { Host } from "../host/host.ts";
import { sendIcmpError } from "../host/icmp.ts";
import { isLocalAddress } from "../host/route.ts";
import { sysctlNumber } from "../host/sysctl.ts";
import type { Sim } from "../kernel/sim.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import { UNREACHABLE_PORT } from "../wire/icmp.ts";
import { RST, SYN } from "../wire/tcp.ts";
import {
  countPacket,
  expire,
  findDestination,
  isQuiesced,
  moveOn,
  type Transport,
} from "./connection.ts";
import { type Connection, connectionKey, findByReply, findConnection } from "./connection-table.ts";
import { toClient, transmit } from "./forward.ts";
import { icmpAboutConnection } from "./icmp-errors.ts";
import { isOnePacket, schedule } from "./schedule.ts";
import { UNBOUND } from "./state.ts";
import { bindLate } from "./sync.ts";

/** What becomes of the packet; one of NAT's replies goes on changed. */
type Verdict = "accept" | "stolen" | Ipv4Packet;

/** Scheduling and transmission of a packet that routing delivered locally (I2, I6). */
export function ipvsLocalIn(
  host: Host,
  packet: Ipv4Packet,
  context: { readonly mark: number; readonly toThisMac: boolean },
  sim: Sim,
): Verdict {
  const { payload } = packet;
  if (!context.toThisMac) return "accept";
  if (payload.protocol === "icmp") return icmpAboutConnection(host, packet, payload, sim);
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return "accept";
  // The director itself is the client of its own service (I33).
  const reply = ipvsForward(host, packet, sim);
  if (reply !== packet) return reply;
  return handle(host, packet, payload, context.mark, sim);
}

/** The same for a client on the director itself. */
export function ipvsLocalOut(host: Host, packet: Ipv4Packet, sim: Sim): Verdict {
  const { payload } = packet;
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return "accept";
  // A server that runs on the director answers the client (I2).
  const reply = ipvsForward(host, packet, sim);
  if (reply !== packet) return reply;
  if (!isLocalAddress(host, packet.destination)) return "accept";
  return handle(host, packet, payload, 0, sim);
}

/** A packet on its way through: a NAT server's reply gets the virtual address as source (I24). */
export function ipvsForward(host: Host, packet: Ipv4Packet, sim: Sim): Ipv4Packet {
  const { payload, source, destination } = packet;
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return packet;
  const { protocol, sourcePort, destinationPort } = payload;
  const { connections } = host.ipvs;
  const ends = [source, sourcePort, destination, destinationPort] as const;
  const connection = findByReply(connections, protocol, ...ends);
  if (connection === undefined) return packet;
  const server = findDestination(host, connection);
  if (server !== undefined) countPacket(host, connection, server, packet, "out");
  const moved = moveOn(host, connection, server, payload, "out", sim);
  return toClient(packet, moved);
}

/**
 * nat_icmp_send: a NAT server that answers for no known connection hears "port unreachable"; true
 * when the packet ended so (I119). A reset complains already.
 */
export function refuseUnknownReply(host: Host, packet: Ipv4Packet, sim: Sim): boolean {
  const { payload, source, destination } = packet;
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return false;
  if (sysctlNumber(host, "net.ipv4.vs.nat_icmp_send") === 0) return false;
  const { protocol, sourcePort, destinationPort } = payload;
  if (protocol === "tcp" && (payload.flags & RST) !== 0) return false;
  const isServer = [...host.ipvs.services.values()].some((service) =>
    service.destinations.some(
      ({ address, port, method }) =>
        service.protocol === protocol &&
        method === "masq" &&
        address === source &&
        port === sourcePort,
    ),
  );
  const ends = [source, sourcePort, destination, destinationPort] as const;
  if (!isServer || findByReply(host.ipvs.connections, protocol, ...ends) !== undefined) {
    return false;
  }
  sim.record(host, "drop.no-connection", { server: source });
  sendIcmpError(host, { code: UNREACHABLE_PORT }, packet, sim);
  return true;
}

function handle(
  host: Host,
  packet: Ipv4Packet,
  payload: Transport,
  mark: number,
  sim: Sim,
): Verdict {
  // A backup that only waits leaves the packet to its own stack: it may be a server, too (I42).
  const isWaiting = host.ipvs.sync.backup !== undefined;
  if (isWaiting && sysctlNumber(host, "net.ipv4.vs.backup_only") !== 0) return "accept";
  const key = connectionKey(
    payload.protocol,
    packet.source,
    payload.sourcePort,
    packet.destination,
    payload.destinationPort,
  );
  let connection = findConnection(host.ipvs.connections, key);
  if (connection !== undefined && isReused(host, connection, payload)) {
    expire(host, connection, sim);
    connection = undefined;
  }
  if (connection !== undefined) connection = bindLate(host, connection, sim);
  if (connection !== undefined && isOrphan(host, connection)) {
    if (sysctlNumber(host, "net.ipv4.vs.expire_nodest_conn") === 0) {
      sim.record(host, "drop.server-removed", { server: connection.server });
      return "stolen";
    }
    expire(host, connection, sim);
    connection = undefined;
  }
  const scheduled = connection ?? schedule(host, packet, payload, key, mark, sim);
  if (typeof scheduled === "string") return scheduled;
  return pass(host, scheduled, packet, payload, sim);
}

/** Its server was taken out of the table. */
function isOrphan(host: Host, connection: Connection): boolean {
  return connection.destination !== UNBOUND && findDestination(host, connection) === undefined;
}

/** A SYN on an entry in TIME_WAIT or CLOSE is a new connection (I137, I138). */
function isReused(host: Host, connection: Connection, payload: Transport): boolean {
  if (payload.protocol !== "tcp" || (payload.flags & (SYN | RST)) !== SYN) return false;
  if (isQuiesced(host, connection)) return true;
  const mode = sysctlNumber(host, "net.ipv4.vs.conn_reuse_mode");
  if (mode === 0 || connection.template !== undefined) return false;
  const { state, method } = connection;
  if (state === "TIME_WAIT" || state === "CLOSE") return true;
  return (mode & 2) !== 0 && state === "FIN_WAIT" && method !== "masq";
}

/** Counts the packet, moves state and timer on, and sends it to the server (I6 g, I98). */
function pass(
  host: Host,
  connection: Connection,
  packet: Ipv4Packet,
  payload: Transport,
  sim: Sim,
): "stolen" {
  const destination = findDestination(host, connection);
  if (destination !== undefined) countPacket(host, connection, destination, packet, "in");
  const service = host.ipvs.services.get(connection.service);
  const moved = isOnePacket(service, payload)
    ? connection
    : moveOn(host, connection, destination, payload, "in", sim);
  transmit(host, moved, packet, sim);
  return "stolen";
}
