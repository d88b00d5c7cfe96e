// The sync daemon (I140-I151): a master tells of its connections by multicast, a backup enters what
// it hears. Left out: the old format, several threads, retries.
import { joinGroup, leaveGroup } from "../host/igmp.ts";
import type { Host } from "../host/host.ts";
import { nextPacketId, sendIpv4 } from "../host/ip-output.ts";
import { getSysctl, sysctlNumber } from "../host/sysctl.ts";
import type { Sim } from "../kernel/sim.ts";
import { timerWheel } from "../kernel/wheel.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import {
  decodeSync,
  encodeSync,
  SYNC_GROUP,
  SYNC_PORT,
  type SyncRecord,
  SYNC_RECORDS,
} from "../wire/ipvs-sync.ts";
import type { UdpDatagram } from "../wire/udp.ts";
import {
  type Connection,
  connectionKey,
  findConnection,
  putConnection,
} from "./connection-table.ts";
import { armed, timer, timeoutOf } from "./connection-timer.ts";
import { recordCounts } from "./counts.ts";
import {
  type Destination,
  type ForwardingMethod,
  MARKED,
  markKey,
  serviceKey,
  type SyncRole,
  UNBOUND,
} from "./state.ts";
import { isActiveState, type TcpStateName } from "./tcp-states.ts";

/** The master looks every second and sends what is two seconds old (I143). */
const CHECK_US = 1_000_000;
const OLD_US = 2_000_000;
const SECOND_US = 1_000_000;

/** The kernel's numbers of the states. */
const STATES: readonly TcpStateName[] = [
  "NONE",
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "SYNACK",
];
const SYNCED_STATES = ["ESTABLISHED", "FIN_WAIT", "CLOSE", "CLOSE_WAIT", "TIME_WAIT"];
const ASSURED = 1;
/** A firewall mark's templates belong to IP as such (I110). */
const PROTOCOLS = { tcp: 6, udp: 17, ip: 0 } as const;

const METHODS: readonly (ForwardingMethod | "local")[] = ["masq", "local", "tunnel", "route"];
const METHOD_MASK = 7;
const FLAG_SYNC = 0x20;
const FLAG_NO_OUTPUT = 0x80;
const FLAG_INACTIVE = 0x100;
const FLAG_TEMPLATE = 0x1000;

export type SyncError = "ENODEV" | "EEXIST" | "ESRCH";

export function startSync(
  host: Host,
  role: SyncRole,
  options: { readonly nic: string; readonly syncId: number },
  sim: Sim,
): SyncError | undefined {
  const { ipvs } = host;
  ipvs.loaded = true;
  const nic = host.nics.get(options.nic);
  if (nic === undefined) return "ENODEV";
  if (ipvs.sync[role] !== undefined) return "EEXIST";
  ipvs.sync[role] = { ...options };
  sim.record(host, "mark", { what: "sync-daemon", role, running: true });
  if (role === "backup") {
    joinGroup(host, nic, SYNC_GROUP, sim);
  } else {
    ipvs.sync.sourcePort = 32_768 + Math.floor(sim.random() * 28_000);
    sim.alarm(host, timerWheel(sim.now, CHECK_US), "ipvs-sync", "");
  }
  return undefined;
}

export function stopSync(host: Host, role: SyncRole, sim: Sim): SyncError | undefined {
  const { sync } = host.ipvs;
  const running = sync[role];
  if (running === undefined) return "ESRCH";
  sync[role] = undefined;
  if (role === "backup") leaveGroup(host, running.nic, SYNC_GROUP, sim);
  else sync.waiting = [];
  sim.record(host, "mark", { what: "sync-daemon", role, running: false });
  return undefined;
}

/** After a client's packet: whether the others must hear of the connection now (I145-I147). */
export function syncConnection(
  host: Host,
  before: Connection,
  connection: Connection,
  sim: Sim,
): void {
  if (host.ipvs.sync.master === undefined) return;
  if (isNeeded(host, before, connection, sim.now)) enqueue(host, connection, sim);
  const key = connection.template;
  const template = key === undefined ? undefined : findConnection(host.ipvs.connections, key);
  // Each packet of a connection tells of its template, whether or not of itself (I147).
  if (template !== undefined && !isFresh(host, template, sim.now)) enqueue(host, template, sim);
}

function isNeeded(host: Host, before: Connection, connection: Connection, now: number): boolean {
  const { protocol, state, packets, template } = connection;
  // sync_persist_mode leaves out what a template brings back anyway (I119).
  const isSpared = sysctlNumber(host, "net.ipv4.vs.sync_persist_mode") !== 0;
  if (isSpared && template !== undefined) return false;
  if (protocol === "tcp") {
    if (!SYNCED_STATES.includes(state)) return false;
    if (state !== before.state && state !== "ESTABLISHED") return true;
  }
  if (isFresh(host, connection, now)) return false;
  const { threshold, period } = thresholdOf(host);
  if (period > 0) return packets % period === threshold;
  return refreshUs(host) > 0 || packets === threshold;
}

/**
 * With sync_refresh_period an entry is not told of again before its end has moved by so much, or by
 * half its timeout, at least ten seconds, if that is less (I147, kernel documentation).
 */
function isFresh(host: Host, connection: Connection, now: number): boolean {
  const refresh = refreshUs(host);
  if (refresh === 0) return false;
  const timeout = secondsOf(host, connection) * SECOND_US;
  const moved = Math.abs(now + timeout - connection.toldUntil);
  return moved < Math.min(refresh, Math.max(timeout / 2, 10 * SECOND_US));
}

function refreshUs(host: Host): number {
  return sysctlNumber(host, "net.ipv4.vs.sync_refresh_period") * SECOND_US;
}

/** `sync_threshold`: told at packet so many, and again every so many (I147). */
function thresholdOf(host: Host): { readonly threshold: number; readonly period: number } {
  const text = getSysctl(host, "net.ipv4.vs.sync_threshold") ?? "";
  const [threshold = 3, period = 50] = text.split(/\s+/).map(Number);
  return { threshold, period };
}

function enqueue(host: Host, connection: Connection, sim: Sim): void {
  const { sync } = host.ipvs;
  const record = recordOf(host, connection);
  const toldUntil = sim.now + record.timeout * SECOND_US;
  putConnection(host.ipvs.connections, { ...connection, toldUntil });
  if (sync.waiting.length === 0) sync.waitingSince = sim.now;
  sync.waiting = [...sync.waiting, record];
  if (sync.waiting.length >= SYNC_RECORDS) send(host, sim);
}

function recordOf(host: Host, connection: Connection): SyncRecord {
  const { protocol, state, client, virtual, server } = connection;
  const flags =
    METHODS.indexOf(connection.method) |
    (connection.synced ? FLAG_SYNC : 0) |
    (connection.method !== "masq" && !connection.outputSeen ? FLAG_NO_OUTPUT : 0) |
    (connection.active || connection.isTemplate ? 0 : FLAG_INACTIVE) |
    (connection.isTemplate ? FLAG_TEMPLATE : 0);
  const isTcpState = protocol === "tcp" && !connection.isTemplate;
  return Object.freeze({
    protocol: PROTOCOLS[protocol],
    flags,
    state: isTcpState ? STATES.indexOf(state as TcpStateName) : state === "ASSURED" ? ASSURED : 0,
    clientPort: connection.clientPort,
    virtualPort: connection.virtualPort,
    serverPort: connection.serverPort,
    mark: host.ipvs.services.get(connection.service)?.mark ?? 0,
    timeout: secondsOf(host, connection),
    client,
    virtual,
    server,
  });
}

function secondsOf(host: Host, { isTemplate, timeout, protocol, state }: Connection): number {
  if (isTemplate) return timeout;
  return protocol === "tcp" ? timeoutOf(host, state as TcpStateName) : host.ipvs.timeouts.udp;
}

/** The master's second is over. */
export function syncAlarm(host: Host, _key: string, sim: Sim): void {
  const { sync } = host.ipvs;
  if (sync.master === undefined) return;
  if (sync.waiting.length > 0 && sim.now - sync.waitingSince >= OLD_US) send(host, sim);
  sim.alarm(host, timerWheel(sim.now, CHECK_US), "ipvs-sync", "");
}

function send(host: Host, sim: Sim): void {
  const { sync } = host.ipvs;
  const { master, sourcePort } = sync;
  const nic = master === undefined ? undefined : host.nics.get(master.nic);
  const source = nic?.addresses[0]?.address;
  const records = sync.waiting;
  sync.waiting = [];
  if (master === undefined || source === undefined) return;
  const data = encodeSync({ syncId: master.syncId, records });
  const packet: Ipv4Packet = {
    protocol: "ipv4",
    source,
    destination: SYNC_GROUP,
    ttl: 1,
    tos: 0,
    id: nextPacketId(host, source, SYNC_GROUP, sim),
    dontFragment: false,
    payload: { protocol: "udp", sourcePort, destinationPort: SYNC_PORT, data },
  };
  sendIpv4(host, packet, sim, { nic: master.nic });
}

/** A datagram for the backup daemon; false when it is somebody else's. */
export function receiveSync(host: Host, datagram: UdpDatagram, sim: Sim): boolean {
  const { backup } = host.ipvs.sync;
  if (backup === undefined || datagram.destinationPort !== SYNC_PORT) return false;
  const message = decodeSync(datagram.data);
  // A backup with id 0 listens to all (I142).
  if (message === undefined || (backup.syncId !== 0 && backup.syncId !== message.syncId)) {
    sim.record(host, "drop.sync-message", { reason: message === undefined ? "malformed" : "id" });
    return true;
  }
  for (const record of message.records) enter(host, record, sim);
  return true;
}

/** Makes or renews an entry, bound to our own server of the same address and port (I148). */
function enter(host: Host, record: SyncRecord, sim: Sim): void {
  const method = METHODS[record.flags & METHOD_MASK];
  if (method === undefined || method === "local") return;
  const protocol = protocolOf(record);
  const { client, clientPort, virtual, virtualPort, server, serverPort } = record;
  const key = connectionKey(protocol, client, clientPort, virtual, virtualPort);
  const before = findConnection(host.ipvs.connections, key);
  const isTemplate = (record.flags & FLAG_TEMPLATE) !== 0;
  const service = serviceFor(host, protocol, record);
  const own = ownServer(host, service, record);
  const state = stateOf(record, protocol, isTemplate);
  const active = protocol === "tcp" && !isTemplate && isActiveState(state as TcpStateName);
  const entry: Connection = {
    key,
    protocol,
    client,
    clientPort,
    virtual,
    virtualPort,
    service,
    destination: own?.key ?? UNBOUND,
    server,
    serverPort,
    method,
    state,
    active,
    ...timer(sim.now, record.timeout),
    // As if it had just been told: the next time is a whole period later.
    packets: thresholdOf(host).threshold,
    outputSeen: before?.outputSeen ?? false,
    isTemplate,
    timeout: isTemplate ? record.timeout : 0,
    controls: before?.controls ?? 0,
    template: before?.template,
    synced: true,
    toldUntil: 0,
    alarmAt: before?.alarmAt ?? 0,
  };
  if (before !== undefined) countEntry(host, before, -1, sim);
  countEntry(host, entry, 1, sim);
  putConnection(host.ipvs.connections, armed(host, entry, sim));
}

function protocolOf({ protocol }: SyncRecord): Connection["protocol"] {
  if (protocol === PROTOCOLS.tcp) return "tcp";
  return protocol === PROTOCOLS.udp ? "udp" : "ip";
}

function serviceFor(
  { ipvs }: Host,
  protocol: Connection["protocol"],
  {
    virtual,
    virtualPort,
    mark = 0,
  }: Pick<SyncRecord, "virtual" | "virtualPort"> & { mark?: number },
): string {
  if (mark !== 0 || protocol === "ip") return markKey(mark);
  const exact = serviceKey(protocol, virtual, virtualPort);
  return ipvs.services.has(exact) ? exact : serviceKey(protocol, virtual, 0);
}

function stateOf(
  { state }: SyncRecord,
  protocol: Connection["protocol"],
  isTemplate: boolean,
): Connection["state"] {
  if (isTemplate) return state === ASSURED ? "ASSURED" : "NONE";
  return protocol === "udp" ? "UDP" : (STATES[state] ?? "NONE");
}

/** The server of the same address and port; one of port 0 takes any (I110). */
function ownServer(
  { ipvs }: Host,
  service: string,
  { server, serverPort }: Pick<SyncRecord, "server" | "serverPort">,
): Destination | undefined {
  return ipvs.services
    .get(service)
    ?.destinations.find(
      ({ address, port }) => address === server && (port === serverPort || port === 0),
    );
}

/** A packet of an entry that had no server of our own: it may have one by now (I148). */
export function bindLate(host: Host, connection: Connection, sim: Sim): Connection {
  if (connection.destination !== UNBOUND) return connection;
  const { protocol } = connection;
  const isMarked = connection.service.startsWith(MARKED);
  const service = isMarked ? connection.service : serviceFor(host, protocol, connection);
  const own = ownServer(host, service, connection);
  if (own === undefined) return connection;
  const bound = { ...connection, service, destination: own.key };
  putConnection(host.ipvs.connections, bound);
  countEntry(host, bound, 1, sim);
  return bound;
}

function countEntry(host: Host, entry: Connection, by: number, sim: Sim): void {
  const own = host.ipvs.services
    .get(entry.service)
    ?.destinations.find(({ key }) => key === entry.destination);
  if (own === undefined) return;
  count(own, entry, by);
  recordCounts(host, entry.service, own, sim);
}

function count(own: Destination, { isTemplate, active }: Connection, by: number): void {
  if (isTemplate) own.persistent += by;
  else if (active) own.active += by;
  else own.inactive += by;
}
