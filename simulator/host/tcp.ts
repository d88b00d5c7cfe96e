// TCP as programs call it: connect, listen, accept, send, receive, close; and its timers. Calls
// never block: a program is woken and looks again.
import type { Sim } from "../kernel/sim.ts";
import type { Ip } from "../wire/address.ts";
import type { Host } from "./host.ts";
import { takePort } from "./ports.ts";
import type { Process } from "./process.ts";
import { isLocalAddress, routeTo } from "./route.ts";
import type { SocketError } from "./socket.ts";
import type { System } from "./system.ts";
import { fail, startTimeWait } from "./tcp-input.ts";
import {
  arm,
  needsRetransmitTimer,
  mayProbe,
  probe,
  retransmit,
  sendAck,
  sendPending,
  sendReset,
  sendSyn,
  startRetransmitTimer,
} from "./tcp-output.ts";
import {
  awake,
  closeRecord,
  createConnection,
  createListener,
  removeListener,
  rest,
} from "./tcp-record.ts";
import { type TcpConnection, tupleKey } from "./tcp-state.ts";
import { sysctlNumber } from "./sysctl.ts";

/** Linux tcp_retries2 and tcp_orphan_retries. */
const DATA_RETRIES = 15;
const ORPHAN_RETRIES = 8;
const MAX_TIMEOUT_US = 120_000_000;

type Opened = { readonly socket: number } | { readonly error: SocketError };

export function connectTcp(
  { host, sim }: System,
  process: Process,
  to: { destination: Ip; port: number; source?: Ip; sourcePort?: number },
): Opened {
  if (to.source !== undefined && !isLocalAddress(host, to.source)) {
    return { error: "EADDRNOTAVAIL" };
  }
  const source = to.source ?? routeTo(host, to.destination)?.source;
  if (source === undefined) return { error: "ENETUNREACH" };
  const localPort = to.sourcePort ?? takePort(host, sim);
  if (host.tcp.byTuple.has(tupleKey(source, localPort, to.destination, to.port))) {
    return { error: "EADDRNOTAVAIL" };
  }
  const connection = createConnection(host, sim, {
    pid: process.pid,
    state: "SYN-SENT",
    localAddress: source,
    localPort,
    remoteAddress: to.destination,
    remotePort: to.port,
    listener: undefined,
  });
  sendSyn(host, connection, sim);
  connection.sendNext = (connection.sendNext + 1) >>> 0;
  startRetransmitTimer(host, connection, sim);
  return { socket: connection.id };
}

export function listenTcp(
  { host }: System,
  process: Process,
  at: { address: Ip; port: number; backlog: number },
): Opened {
  const { address, port, backlog } = at;
  if (address !== "0.0.0.0" && !isLocalAddress(host, address)) return { error: "EADDRNOTAVAIL" };
  const taken = (host.tcp.listeners.get(port) ?? []).some((id) => {
    const other = host.sockets.get(id);
    if (other?.kind !== "tcp-listener") return false;
    const anywhere = address === "0.0.0.0" || other.localAddress === "0.0.0.0";
    return anywhere || other.localAddress === address;
  });
  if (taken) return { error: "EADDRINUSE" };
  const listener = createListener(host, {
    kind: "tcp-listener",
    pid: process.pid,
    localAddress: address,
    localPort: port,
    backlog,
    accepting: [],
  });
  return { socket: listener.id };
}

/** The next established connection of a listener, now this process's own. */
export function acceptTcp({ host }: System, process: Process, id: number): number | undefined {
  const listener = host.sockets.get(id);
  if (listener?.kind !== "tcp-listener") return undefined;
  const accepted = listener.accepting.shift();
  const connection = accepted === undefined ? undefined : host.sockets.get(accepted);
  if (connection !== undefined) connection.pid = process.pid;
  return accepted;
}

/** Bytes to send, one character each. Writing to a connection that is over is ignored here. */
export function sendTcp({ host, sim }: System, id: number, data: string): void {
  const connection = host.sockets.get(id);
  if (connection?.kind !== "tcp" || connection.finWanted || connection.state === "CLOSED") return;
  connection.sendBuffer += data;
  sendPending(host, connection, sim);
}

/** Takes what has arrived. `end` is the peer's FIN; an error comes once everything was read. */
export function receiveTcpData(
  { host }: System,
  id: number,
): { data: string; end: boolean; error?: SocketError } {
  const connection = host.sockets.get(id);
  if (connection?.kind !== "tcp" || connection.state === "TIME-WAIT") {
    return { data: "", end: true };
  }
  const data = connection.receiveBuffer;
  connection.receiveBuffer = "";
  const { endOfStream: end, error } = connection;
  return error === undefined ? { data, end } : { data, end, error };
}

/** `close()`: FIN after the last byte; RST when unread data is thrown away (RFC 2525 2.17). */
export function closeSocket({ host, sim }: System, id: number): void {
  const socket = host.sockets.get(id);
  if (socket === undefined) return;
  if (socket.kind === "tcp-listener") return closeListener(host, socket.id, sim);
  if (socket.kind !== "tcp" || socket.state === "TIME-WAIT") return;
  socket.pid = 0;
  switch (socket.state) {
    case "SYN-SENT":
    case "SYN-RECEIVED":
    case "CLOSED":
      return closeRecord(host, socket);
    case "ESTABLISHED":
    case "CLOSE-WAIT":
      return closeOpen(host, socket, sim);
    case "FIN-WAIT-2":
      return startTimeWait(host, socket, "FIN-WAIT-2", sim);
    default:
      return;
  }
}

function closeOpen(host: Host, connection: TcpConnection, sim: Sim): void {
  if (connection.receiveBuffer.length > 0) {
    sendReset(host, connection, sim);
    return closeRecord(host, connection);
  }
  connection.state = connection.state === "ESTABLISHED" ? "FIN-WAIT-1" : "LAST-ACK";
  connection.finWanted = true;
  sendPending(host, connection, sim);
}

function closeListener(host: Host, id: number, sim: Sim): void {
  const listener = host.sockets.get(id);
  if (listener?.kind !== "tcp-listener") return;
  for (const waiting of listener.accepting) abortSocket(host, waiting, sim);
  removeListener(host, listener);
}

/** Ends a connection with a RST. */
export function abortSocket(host: Host, id: number, sim: Sim): void {
  const connection = host.sockets.get(id);
  if (connection?.kind !== "tcp") return;
  if (connection.state !== "SYN-SENT" && connection.state !== "CLOSED") {
    sendReset(host, connection, sim);
  }
  closeRecord(host, connection);
}

/** The TCP alarm: key is the socket's id. */
export function tcpAlarm(host: Host, key: string, sim: Sim): void {
  const found = host.sockets.get(Number(key));
  if (found?.kind !== "tcp" || found.alarmAt === undefined || found.alarmAt > sim.now) return;
  const connection = awake(host, found);
  connection.alarmAt = undefined;
  if (isDue(connection.ackDeadline, sim.now)) {
    // No answer took it along: this is no dialogue after all (recorded: lvs-l-sync-power).
    connection.interactive = false;
    sendAck(host, connection, sim);
  }
  if (isDue(connection.timeWaitDeadline, sim.now)) return closeRecord(host, connection);
  if (isDue(connection.retransmitDeadline, sim.now)) timeOut(host, connection, sim);
  if (host.sockets.has(connection.id)) arm(host, connection, sim);
  rest(connection);
}

function isDue(deadline: number | undefined, now: number): boolean {
  return deadline !== undefined && deadline <= now;
}

/** RFC 6298 5.4-5.6: send again, wait twice as long, give up after the kernel's count. */
function timeOut(host: Host, connection: TcpConnection, sim: Sim): void {
  if (!needsRetransmitTimer(connection)) {
    connection.retransmitDeadline = undefined;
    return;
  }
  if (connection.retransmissions >= retryLimit(host, connection)) {
    if (connection.state === "SYN-RECEIVED") return closeRecord(host, connection);
    return fail(host, connection, "ETIMEDOUT", sim);
  }
  if (mayProbe(connection)) {
    probe(host, connection, sim);
    return startRetransmitTimer(host, connection, sim);
  }
  connection.retransmissions++;
  connection.retransmitTimeoutUs = Math.min(MAX_TIMEOUT_US, 2 * connection.retransmitTimeoutUs);
  connection.slowStartThreshold = Math.max(connection.congestionWindow / 2, 2 * connection.mss);
  connection.congestionWindow = connection.mss;
  connection.recover = connection.sendNext;
  retransmit(host, connection, sim);
  startRetransmitTimer(host, connection, sim);
}

function retryLimit(host: Host, connection: TcpConnection): number {
  switch (connection.state) {
    case "SYN-SENT":
      return sysctlNumber(host, "net.ipv4.tcp_syn_retries");
    case "SYN-RECEIVED":
      return sysctlNumber(host, "net.ipv4.tcp_synack_retries");
    default:
      return connection.pid === 0 ? ORPHAN_RETRIES : DATA_RETRIES;
  }
}
