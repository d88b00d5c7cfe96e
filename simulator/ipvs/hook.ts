// IPVS where it meets a packet: LOCAL_IN and LOCAL_OUT (I1-I9), the connection's state and timer,
// and direct routing. Left out so far: NAT's way back (FORWARD) and tunnels; such a server's
// packets are dropped with that reason.
import type { Host, Nic } from "../host/host.ts";
import { sendIcmpError } from "../host/icmp.ts";
import { sendIpv4Via } from "../host/ip-output.ts";
import { isLocalAddress } from "../host/route.ts";
import { sysctlNumber } from "../host/sysctl.ts";
import type { Sim } from "../kernel/sim.ts";
import { timerWheel } from "../kernel/wheel.ts";
import { UNREACHABLE_PORT } from "../wire/icmp.ts";
import { ipLength, type Ipv4Packet } from "../wire/ipv4.ts";
import { RST, SYN, type TcpSegment } from "../wire/tcp.ts";
import type { UdpDatagram } from "../wire/udp.ts";
import { updateOverload } from "./admin.ts";
import {
  type Connection,
  connectionKey,
  dropConnection,
  findConnection,
  putConnection,
} from "./connection-table.ts";
import { schedulers } from "./schedulers/index.ts";
import {
  type Destination,
  markKey,
  type Service,
  serviceKey,
  type ServiceProtocol,
} from "./state.ts";
import { isActiveState, nextTcpState, TCP_TIMEOUTS, type TcpStateName } from "./tcp-states.ts";

type Verdict = "accept" | "stolen";
type Transport = TcpSegment | UdpDatagram;

/** Scheduling and transmission of a packet that routing delivered locally (I2, I6). */
export function ipvsLocalIn(
  host: Host,
  _nic: Nic,
  packet: Ipv4Packet,
  context: { readonly mark: number; readonly toThisMac: boolean },
  sim: Sim,
): Verdict {
  const { payload } = packet;
  if (!context.toThisMac) return "accept";
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return "accept";
  return handle(host, packet, payload, context.mark, sim);
}

/** The same for a client on the director itself. */
export function ipvsLocalOut(host: Host, packet: Ipv4Packet, sim: Sim): Verdict {
  const { payload } = packet;
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return "accept";
  if (!isLocalAddress(host, packet.destination)) return "accept";
  return handle(host, packet, payload, 0, sim);
}

function handle(
  host: Host,
  packet: Ipv4Packet,
  payload: Transport,
  mark: number,
  sim: Sim,
): Verdict {
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
  if (connection === undefined) {
    const scheduled = schedule(host, packet, payload, key, mark, sim);
    if (typeof scheduled === "string") return scheduled;
    connection = scheduled;
  }
  return pass(host, connection, packet, payload, sim);
}

/** A SYN on an entry in TIME_WAIT or CLOSE is a new connection (I137). */
function isReused(host: Host, connection: Connection, payload: Transport): boolean {
  if (payload.protocol !== "tcp" || (payload.flags & (SYN | RST)) !== SYN) return false;
  const mode = sysctlNumber(host, "net.ipv4.vs.conn_reuse_mode");
  if (mode === 0) return false;
  const { state, method } = connection;
  if (state === "TIME_WAIT" || state === "CLOSE") return true;
  return (mode & 2) !== 0 && state === "FIN_WAIT" && method !== "masq";
}

/** Finds the service and lets its scheduler choose (I6 f, I7-I9). */
function schedule(
  host: Host,
  packet: Ipv4Packet,
  payload: Transport,
  key: string,
  mark: number,
  sim: Sim,
): Connection | Verdict {
  const service = findService(host, payload.protocol, packet.destination, payload, mark);
  if (service === undefined) return "accept";
  const starts = payload.protocol === "udp" || (payload.flags & (SYN | RST)) === SYN;
  if (!starts && sysctlNumber(host, "net.ipv4.vs.sloppy_tcp") === 0) return "accept";
  const destination = schedulers[service.scheduler].choose(service);
  if (destination === undefined) {
    sim.record(host, "drop.no-destination", { service: service.key });
    sendIcmpError(host, { code: UNREACHABLE_PORT }, packet, sim, packet.destination);
    return "stolen";
  }
  sim.record(host, "ipvs.scheduled", {
    scheduler: service.scheduler,
    service: service.key,
    server: destination.address,
    connection: key,
  });
  return newConnection(packet, payload, key, service, destination);
}

/** Mark, then address and port, then any port of the address (I8). */
function findService(
  host: Host,
  protocol: ServiceProtocol,
  address: string,
  payload: Transport,
  mark: number,
): Service | undefined {
  const { services } = host.ipvs;
  const marked = mark === 0 ? undefined : services.get(markKey(mark));
  const exact = services.get(serviceKey(protocol, address, payload.destinationPort));
  return marked ?? exact ?? services.get(serviceKey(protocol, address, 0));
}

/** Starts inactive, in no state; its first packet moves it on (I99). */
function newConnection(
  packet: Ipv4Packet,
  payload: Transport,
  key: string,
  service: Service,
  destination: Destination,
): Connection {
  destination.inactive++;
  updateOverload(destination);
  service.stats.now.connections++;
  destination.stats.now.connections++;
  return {
    key,
    protocol: payload.protocol,
    client: packet.source,
    clientPort: payload.sourcePort,
    virtual: packet.destination,
    virtualPort: payload.destinationPort,
    service: service.key,
    destination: destination.key,
    server: destination.address,
    serverPort: destination.port === 0 ? payload.destinationPort : destination.port,
    method: destination.method,
    state: payload.protocol === "udp" ? "UDP" : "NONE",
    active: false,
    deadline: 0,
    ringsAt: 0,
    packets: 0,
  };
}

/** Counts the packet, moves state and timer on, and sends it to the server (I6 g, I98). */
function pass(
  host: Host,
  connection: Connection,
  packet: Ipv4Packet,
  payload: Transport,
  sim: Sim,
): Verdict {
  const destination = findDestination(host, connection);
  if (destination === undefined) {
    if (sysctlNumber(host, "net.ipv4.vs.expire_nodest_conn") === 0) {
      sim.record(host, "drop.server-removed", { server: connection.server });
      return "stolen";
    }
    expire(host, connection, sim);
    return "accept";
  }
  countPacket(host, connection, destination, packet);
  const moved = moveOn(host, connection, destination, payload, sim);
  putConnection(host.ipvs.connections, moved);
  if (connection.packets === 0) sim.alarm(host, moved.ringsAt, "ipvs-connection", moved.key);
  transmit(host, moved, packet, sim);
  return "stolen";
}

function findDestination(host: Host, connection: Connection): Destination | undefined {
  const service = host.ipvs.services.get(connection.service);
  return service?.destinations.find((each) => each.key === connection.destination);
}

function countPacket(
  host: Host,
  connection: Connection,
  destination: Destination,
  packet: Ipv4Packet,
): void {
  const bytes = ipLength(packet);
  const service = host.ipvs.services.get(connection.service);
  for (const stats of [service?.stats, destination.stats]) {
    if (stats === undefined) continue;
    stats.now.inPackets++;
    stats.now.inBytes += bytes;
  }
}

function moveOn(
  host: Host,
  connection: Connection,
  destination: Destination,
  payload: Transport,
  sim: Sim,
): Connection {
  const { state } = connection;
  const packets = connection.packets + 1;
  if (payload.protocol === "udp" || state === "UDP") {
    return { ...connection, packets, ...timer(sim.now, host.ipvs.timeouts.udp) };
  }
  const way = connection.method === "masq" ? "in" : "io";
  const next = nextTcpState(state, payload.flags, way);
  const active = isActiveState(next);
  if (active !== connection.active) {
    destination.active += active ? 1 : -1;
    destination.inactive += active ? -1 : 1;
  }
  if (next !== state) {
    sim.record(host, "ipvs.connection-state", {
      connection: connection.key,
      from: state,
      to: next,
    });
  }
  return { ...connection, packets, state: next, active, ...timer(sim.now, timeoutOf(host, next)) };
}

/** Every packet restarts the timer (I98). */
function timer(now: number, seconds: number): Pick<Connection, "deadline" | "ringsAt"> {
  const delayUs = seconds * 1_000_000;
  return { deadline: now + delayUs, ringsAt: timerWheel(now, delayUs) };
}

function timeoutOf(host: Host, state: TcpStateName): number {
  const { timeouts } = host.ipvs;
  if (state === "ESTABLISHED") return timeouts.tcp;
  return state === "FIN_WAIT" ? timeouts.tcpfin : TCP_TIMEOUTS[state];
}

function transmit(host: Host, connection: Connection, packet: Ipv4Packet, sim: Sim): void {
  switch (connection.method) {
    case "route":
      // The same packet, its TTL one less, to the server's MAC address (I11).
      return sendIpv4Via(host, connection.server, { ...packet, ttl: packet.ttl - 1 }, sim);
    case "masq":
    case "tunnel":
      sim.record(host, "drop.method-not-modelled", { method: connection.method });
      return;
  }
}

/** The connection alarm: one is outstanding for each; early, it sets itself again. */
export function connectionAlarm(host: Host, key: string, sim: Sim): void {
  const connection = findConnection(host.ipvs.connections, key);
  if (connection === undefined) return;
  if (connection.ringsAt > sim.now) {
    sim.alarm(host, connection.ringsAt, "ipvs-connection", key);
  } else {
    expire(host, connection, sim);
  }
}

function expire(host: Host, connection: Connection, sim: Sim): void {
  dropConnection(host.ipvs.connections, connection.key);
  const { trash } = host.ipvs;
  const destination = findDestination(host, connection) ?? trash.get(connection.destination);
  if (destination !== undefined) {
    if (connection.active) destination.active--;
    else destination.inactive--;
    updateOverload(destination);
    if (destination.active + destination.inactive === 0) trash.delete(destination.key);
  }
  sim.record(host, "ipvs.connection-expired", { connection: connection.key });
}
