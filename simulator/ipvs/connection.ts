// A connection's life at the director: how it begins, which timer and state a packet gives it, what
// is counted, how it ends (I95-I108).
import type { Host } from "../host/host.ts";
import { sysctlNumber } from "../host/sysctl.ts";
import type { Sim } from "../kernel/sim.ts";
import { ipLength, type Ipv4Packet } from "../wire/ipv4.ts";
import type { TcpSegment } from "../wire/tcp.ts";
import type { UdpDatagram } from "../wire/udp.ts";
import {
  type Connection,
  dropConnection,
  findConnection,
  putConnection,
} from "./connection-table.ts";
import { armed, timeoutOf, timer } from "./connection-timer.ts";
import { recordCounts } from "./counts.ts";
import { updateOverload } from "./overload.ts";
import type { Destination, Service } from "./state.ts";
import { syncConnection } from "./sync.ts";
import { type Direction, isActiveState, nextTcpState, type TcpStateName } from "./tcp-states.ts";

export type Transport = TcpSegment | UdpDatagram;

/** A template that runs out while connections hang on it gets this long again (I112). */
const TEMPLATE_AGAIN_SECONDS = 60;

/** Starts inactive, in no state; its first packet moves it on (I99). */
export function newConnection(
  packet: Ipv4Packet,
  payload: Transport,
  key: string,
  service: Service,
  destination: Destination,
): Connection {
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
    serverPort: serverPort(payload, service, destination),
    method: destination.method,
    state: payload.protocol === "udp" ? "UDP" : "NONE",
    active: false,
    deadline: 0,
    ringsAt: 0,
    alarmAt: 0,
    packets: 0,
    outputSeen: false,
    isTemplate: false,
    timeout: 0,
    controls: 0,
    template: undefined,
    synced: false,
    toldUntil: 0,
  };
}

/** A server of any port, or of FTP's data, is spoken to on the port that the client chose (I110). */
function serverPort(payload: Transport, service: Service, { port }: Destination): number {
  return port === 0 || port === service.port ? payload.destinationPort : port;
}

/** Counts a new connection at its server and its service. */
export function bindConnection(
  host: Host,
  service: Service,
  destination: Destination,
  sim: Sim,
): void {
  destination.inactive++;
  updateOverload(destination);
  countConnection(host, service, destination, sim);
}

export function countConnection(
  host: Host,
  service: Service,
  destination: Destination,
  sim: Sim,
): void {
  service.stats.now.connections++;
  destination.stats.now.connections++;
  recordCounts(host, service.key, destination, sim, true);
}

/** Its server, unless that was taken out of the table (I133). */
export function findDestination(host: Host, connection: Connection): Destination | undefined {
  const service = host.ipvs.services.get(connection.service);
  return service?.destinations.find((each) => each.key === connection.destination);
}

export function countPacket(
  host: Host,
  connection: Connection,
  destination: Destination,
  packet: Ipv4Packet,
  way: "in" | "out",
): void {
  const bytes = ipLength(packet);
  const service = host.ipvs.services.get(connection.service);
  for (const stats of [service?.stats, destination.stats]) {
    if (stats === undefined) continue;
    if (way === "in") {
      stats.now.inPackets++;
      stats.now.inBytes += bytes;
    } else {
      stats.now.outPackets++;
      stats.now.outBytes += bytes;
    }
  }
}

/** State and timer after a packet; the connection's record in the table is replaced (I98, I100). */
export function moveOn(
  host: Host,
  connection: Connection,
  destination: Destination | undefined,
  payload: Transport,
  way: "in" | "out",
  sim: Sim,
): Connection {
  const packets = connection.packets + (way === "in" ? 1 : 0);
  const outputSeen = connection.outputSeen || way === "out";
  let { state, active } = connection;
  let seconds = host.ipvs.timeouts.udp;
  if (payload.protocol === "tcp" && connection.protocol === "tcp") {
    const next = tcpMove(host, connection, destination, payload.flags, way, sim);
    [state, active] = [next, isActiveState(next)];
    seconds = timeoutOf(host, next);
  }
  const { deadline, ringsAt } = timer(sim.now, seconds);
  const renewed = { ...connection, packets, outputSeen, state, active, deadline, ringsAt };
  const moved = armed(host, renewed, sim);
  putConnection(host.ipvs.connections, moved);
  assureTemplate(host, moved, way);
  if (way === "in") syncConnection(host, connection, moved, sim);
  return moved;
}

/** The state after a packet; what that changes is counted and recorded. */
function tcpMove(
  host: Host,
  connection: Connection,
  destination: Destination | undefined,
  flags: number,
  way: "in" | "out",
  sim: Sim,
): TcpStateName {
  const state = connection.state as TcpStateName;
  const next = nextTcpState(state, flags, directionOf(connection, way), isStrict(host));
  const active = isActiveState(next);
  if (active !== connection.active && destination !== undefined) {
    destination.active += active ? 1 : -1;
    destination.inactive += active ? -1 : 1;
    recordCounts(host, connection.service, destination, sim);
  }
  if (next !== state) {
    sim.record(host, "ipvs.connection-state", {
      connection: connection.key,
      from: state,
      to: next,
    });
  }
  return next;
}

/** secure_tcp; 1 and 2 mean it only where memory is short, never here (I119). */
function isStrict(host: Host): boolean {
  return sysctlNumber(host, "net.ipv4.vs.secure_tcp") === 3;
}

/** Direct routing and tunnels show the director one direction only, until a reply comes (I100). */
function directionOf({ method, outputSeen }: Connection, way: "in" | "out"): Direction {
  if (way === "out") return "out";
  return method === "masq" || outputSeen ? "in" : "io";
}

/** A template is assured once a connection it controls is established (I113). */
function assureTemplate(host: Host, moved: Connection, way: "in" | "out"): void {
  if (moved.template === undefined) return;
  const isAssured = moved.protocol === "tcp" ? moved.state === "ESTABLISHED" : way === "out";
  const template = findConnection(host.ipvs.connections, moved.template);
  if (!isAssured || template === undefined || template.state === "ASSURED") return;
  putConnection(host.ipvs.connections, { ...template, state: "ASSURED" });
}

/** The connection alarm; early, it sets itself again. */
export function connectionAlarm(host: Host, key: string, sim: Sim): void {
  const connection = findConnection(host.ipvs.connections, key);
  if (connection?.alarmAt !== sim.now) return;
  if (connection.ringsAt > sim.now) {
    putConnection(host.ipvs.connections, armed(host, connection, sim));
  } else if (connection.controls > 0) {
    const timeout = TEMPLATE_AGAIN_SECONDS;
    const later = { ...connection, timeout, ...timer(sim.now, timeout) };
    putConnection(host.ipvs.connections, armed(host, later, sim));
  } else {
    expire(host, connection, sim);
  }
}

export function expire(host: Host, connection: Connection, sim: Sim): void {
  dropConnection(host.ipvs.connections, connection.key);
  release(host, connection);
  const { trash } = host.ipvs;
  const listed = findDestination(host, connection);
  const destination = listed ?? trash.get(connection.destination);
  if (destination !== undefined) {
    if (connection.isTemplate) destination.persistent--;
    else if (connection.active) destination.active--;
    else destination.inactive--;
    updateOverload(destination);
  }
  if (listed !== undefined) recordCounts(host, connection.service, listed, sim);
  sim.record(host, "ipvs.connection-expired", { connection: connection.key });
}

/** Its template controls one less. */
function release(host: Host, { template: key }: Connection): void {
  if (key === undefined) return;
  const template = findConnection(host.ipvs.connections, key);
  if (template === undefined) return;
  const controls = Math.max(0, template.controls - 1);
  putConnection(host.ipvs.connections, { ...template, controls });
}

/** Whether new connections of an old entry must be scheduled anew: its server is quiesced (I138). */
export function isQuiesced(host: Host, connection: Connection): boolean {
  if (sysctlNumber(host, "net.ipv4.vs.expire_nodest_conn") === 0) return false;
  return findDestination(host, connection)?.weight === 0;
}
