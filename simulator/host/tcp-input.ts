// TCP's receiving half (RFC 9293 3.10.7), after Linux 6.1 where it chooses: quick and delayed
// acknowledgements, what a closed port and a stray segment are answered with.
import type { Sim } from "../kernel/sim.ts";
import { timerWheel } from "../kernel/wheel.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import { ACK, FIN, RST, SYN, type TcpSegment } from "../wire/tcp.ts";
import type { Host } from "./host.ts";
import type { SocketError } from "./socket.ts";
import { acknowledge } from "./tcp-ack.ts";
import {
  arm,
  DELAYED_ACK_US,
  QUICK_ACKS,
  refuse,
  segmentLength,
  sendAck,
  sendPending,
  sendReset,
  sendSynAck,
  startRetransmitTimer,
  synWindowOf,
} from "./tcp-output.ts";
import { awake, closeRecord, createConnection, rest } from "./tcp-record.ts";
import type { TcpConnection, TcpListener } from "./tcp-state.ts";
import { tupleKey } from "./tcp-state.ts";

const TIME_WAIT_US = 60_000_000;
/** Received data is answered at the latest after this many bytes (two full segments). */
const ACK_EVERY_BYTES = 2 * 1448;
/** A pause longer than this makes acknowledgements quick again (Linux: one RTO). */
const PAUSE_US = 200_000;
const RECEIVE_WINDOW = 65_535;

export function receiveTcp(host: Host, packet: Ipv4Packet, segment: TcpSegment, sim: Sim): void {
  const { destination, source } = packet;
  const key = tupleKey(destination, segment.destinationPort, source, segment.sourcePort);
  const id = host.tcp.byTuple.get(key);
  const connection = id === undefined ? undefined : host.sockets.get(id);
  if (connection?.kind === "tcp" && !isReopening(connection, segment)) {
    const own = awake(host, connection);
    receive(host, own, segment, sim);
    return rest(own);
  }
  if (connection?.kind === "tcp") closeRecord(host, connection);
  const listener = findListener(host, destination, segment.destinationPort);
  const opens = (segment.flags & (SYN | ACK | RST)) === SYN;
  if (listener !== undefined && opens) return open(host, listener, packet, segment, sim);
  const reason = opens ? "drop.no-listener" : "drop.no-connection";
  sim.record(host, reason, { protocol: "tcp", source, port: segment.destinationPort });
  refuse(host, packet, segment, sim);
}

/** A new SYN may take over a connection in TIME-WAIT when its sequence number is higher. */
function isReopening(connection: TcpConnection, segment: TcpSegment): boolean {
  return (
    connection.state === "TIME-WAIT" &&
    (segment.flags & (SYN | ACK)) === SYN &&
    after(segment.sequence, connection.receiveNext)
  );
}

function findListener(host: Host, address: string, port: number): TcpListener | undefined {
  for (const id of host.tcp.listeners.get(port) ?? []) {
    const listener = host.sockets.get(id);
    if (listener?.kind !== "tcp-listener") continue;
    if (listener.localAddress === "0.0.0.0" || listener.localAddress === address) return listener;
  }
  return undefined;
}

function open(
  host: Host,
  listener: TcpListener,
  packet: Ipv4Packet,
  segment: TcpSegment,
  sim: Sim,
): void {
  const connection = createConnection(host, sim, {
    pid: listener.pid,
    state: "SYN-RECEIVED",
    localAddress: packet.destination,
    localPort: segment.destinationPort,
    remoteAddress: packet.source,
    remotePort: segment.sourcePort,
    listener: listener.id,
  });
  takeSyn(connection, segment);
  sendSynAck(host, connection, sim);
  connection.sendNext = (connection.sendNext + 1) >>> 0;
  startRetransmitTimer(host, connection, sim);
}

/** Notes what the peer's SYN or SYN-ACK says. */
function takeSyn(connection: TcpConnection, segment: TcpSegment): void {
  const { options } = segment;
  connection.initialReceiveSequence = segment.sequence;
  connection.receiveNext = (segment.sequence + 1) >>> 0;
  connection.windowEdge = (connection.receiveNext + synWindowOf(connection)) >>> 0;
  connection.mss = Math.min(connection.mss, options.mss ?? 536);
  connection.peerWindowScale = options.windowScale ?? 0;
  connection.timestampsOn = options.timestamps !== undefined;
  connection.lastTimestamp = options.timestamps?.value ?? 0;
  connection.sendWindow = segment.window;
}

function receive(host: Host, connection: TcpConnection, segment: TcpSegment, sim: Sim): void {
  if (segment.options.timestamps !== undefined) {
    connection.lastTimestamp = segment.options.timestamps.value;
  }
  switch (connection.state) {
    case "SYN-SENT":
      return receiveInSynSent(host, connection, segment, sim);
    case "SYN-RECEIVED":
      if (!receiveInSynReceived(host, connection, segment, sim)) return;
      break;
    case "TIME-WAIT":
      if ((segment.flags & RST) !== 0) return closeRecord(host, connection);
      if (segmentLength(segment) > 0) sendAck(host, connection, sim);
      return;
    case "CLOSED":
      return;
    default:
      break;
  }
  receiveSynchronized(host, connection, segment, sim);
}

/** RFC 9293 3.10.7.3. */
function receiveInSynSent(
  host: Host,
  connection: TcpConnection,
  segment: TcpSegment,
  sim: Sim,
): void {
  const { flags, acknowledgement } = segment;
  const expected = (connection.initialSendSequence + 1) >>> 0;
  const ackIsGood = (flags & ACK) !== 0 && acknowledgement === expected;
  if ((flags & RST) !== 0 && ackIsGood) return fail(host, connection, "ECONNREFUSED", sim);
  if ((flags & RST) !== 0 || (flags & SYN) === 0 || !ackIsGood) {
    return discard(host, connection, sim);
  }
  takeSyn(connection, segment);
  connection.sendUnacknowledged = expected;
  connection.state = "ESTABLISHED";
  connection.retransmitDeadline = undefined;
  connection.retransmissions = 0;
  connection.confirmPending = true;
  acknowledge(host, connection, segment, sim);
  sendAck(host, connection, sim);
  wakeOwner(host, connection, sim);
}

/** True when the handshake is complete and the segment goes on to be read as data. */
function receiveInSynReceived(
  host: Host,
  connection: TcpConnection,
  segment: TcpSegment,
  sim: Sim,
): boolean {
  const { flags } = segment;
  if ((flags & RST) !== 0) {
    closeRecord(host, connection);
    return false;
  }
  if ((flags & SYN) !== 0) {
    sendSynAck(host, connection, sim);
    return false;
  }
  if ((flags & ACK) === 0 || segment.acknowledgement !== connection.sendNext) {
    discard(host, connection, sim);
    return false;
  }
  connection.state = "ESTABLISHED";
  connection.sendUnacknowledged = segment.acknowledgement;
  connection.retransmitDeadline = undefined;
  connection.retransmissions = 0;
  connection.confirmPending = true;
  connection.sendWindow = segment.window * 2 ** connection.peerWindowScale;
  const listener = host.sockets.get(connection.listener ?? 0);
  if (listener?.kind !== "tcp-listener") {
    // The program stopped listening while the handshake was on its way.
    sendReset(host, connection, sim);
    closeRecord(host, connection);
    return false;
  }
  listener.accepting.push(connection.id);
  sim.wake(host, listener.pid, { kind: "socket", socket: listener.id });
  return true;
}

/** RFC 9293 3.10.7.4. */
function receiveSynchronized(
  host: Host,
  connection: TcpConnection,
  segment: TcpSegment,
  sim: Sim,
): void {
  if (!isAcceptable(connection, segment)) {
    if ((segment.flags & RST) === 0) sendAck(host, connection, sim);
    else discard(host, connection, sim);
    return;
  }
  if ((segment.flags & RST) !== 0) return fail(host, connection, "ECONNRESET", sim);
  if ((segment.flags & SYN) !== 0) return sendAck(host, connection, sim);
  if ((segment.flags & ACK) === 0) return discard(host, connection, sim);
  if (!acknowledge(host, connection, segment, sim)) return;
  finishClosing(host, connection, sim);
  if (isGone(host, connection)) return;
  const heard = receiveData(host, connection, segment, sim);
  if (isGone(host, connection)) return;
  sendPending(host, connection, sim);
  if (heard) wakeOwner(host, connection, sim);
}

/** A segment that does not fit the connection (RFC 9293: "drop the segment and return"). */
function discard(host: Host, { remoteAddress, state }: TcpConnection, sim: Sim): void {
  sim.record(host, "drop.segment-unacceptable", { remote: remoteAddress, state });
}

function isGone(host: Host, connection: TcpConnection): boolean {
  return connection.state === "CLOSED" || !host.sockets.has(connection.id);
}

function isAcceptable(connection: TcpConnection, segment: TcpSegment): boolean {
  const start = (segment.sequence - connection.receiveNext) | 0;
  const end = start + segmentLength(segment);
  return end >= 0 && start <= RECEIVE_WINDOW && (end > 0 || start >= 0);
}

/** What our FIN's acknowledgement brings (RFC 9293 3.10.7.4, "fifth, check the ACK field"). */
function finishClosing(host: Host, connection: TcpConnection, sim: Sim): void {
  if (!connection.finSent || connection.sendUnacknowledged !== connection.sendNext) return;
  switch (connection.state) {
    case "FIN-WAIT-1":
      connection.state = "FIN-WAIT-2";
      if (connection.pid === 0) startTimeWait(host, connection, "FIN-WAIT-2", sim);
      return;
    case "CLOSING":
      return startTimeWait(host, connection, "TIME-WAIT", sim);
    case "LAST-ACK":
      return closeRecord(host, connection);
    default:
      return;
  }
}

export function startTimeWait(
  host: Host,
  connection: TcpConnection,
  state: "TIME-WAIT" | "FIN-WAIT-2",
  sim: Sim,
): void {
  connection.state = state;
  connection.retransmitDeadline = undefined;
  connection.timeWaitDeadline = timerWheel(sim.now, TIME_WAIT_US);
  arm(host, connection, sim);
}

/** Takes bytes and FIN; true when the program has something new to read. */
function receiveData(
  host: Host,
  connection: TcpConnection,
  segment: TcpSegment,
  sim: Sim,
): boolean {
  const hasFin = (segment.flags & FIN) !== 0;
  if (segment.data.length === 0 && !hasFin) return false;
  if (connection.pid === 0 && segment.data.length > 0) {
    // Nobody is left to read it: refused like a segment of no connection (measured).
    const { remoteAddress: source, localAddress: destination } = connection;
    refuse(host, { source, destination }, segment, sim);
    closeRecord(host, connection);
    return false;
  }
  const ahead = (segment.sequence - connection.receiveNext) | 0;
  if (ahead > 0) {
    const { sequence, data } = segment;
    connection.outOfOrder = [...connection.outOfOrder, { sequence, data, fin: hasFin }];
    sendAck(host, connection, sim);
    return false;
  }
  const hadFin = connection.endOfStream;
  const isNew = take(connection, segment.data.slice(-ahead), hasFin, sim.now);
  drainOutOfOrder(connection, sim.now);
  if (!isNew) {
    sendAck(host, connection, sim);
    return false;
  }
  if (connection.endOfStream && !hadFin) {
    receiveFin(host, connection, sim);
  } else {
    scheduleAck(host, connection, sim);
  }
  return true;
}

function take(connection: TcpConnection, data: string, fin: boolean, now: number): boolean {
  const isNew = data.length > 0 || (fin && !connection.endOfStream);
  if (data.length > 0) {
    connection.receiveBuffer += data;
    connection.receiveNext = (connection.receiveNext + data.length) >>> 0;
    connection.unacknowledgedBytes += data.length;
    noteDataReceived(connection, now);
  }
  if (fin && !connection.endOfStream) {
    connection.endOfStream = true;
    connection.receiveNext = (connection.receiveNext + 1) >>> 0;
  }
  return isNew;
}

function drainOutOfOrder(connection: TcpConnection, now: number): void {
  for (;;) {
    const next = connection.outOfOrder.find(
      (kept) => ((kept.sequence - connection.receiveNext) | 0) <= 0,
    );
    if (next === undefined) return;
    connection.outOfOrder = connection.outOfOrder.filter((kept) => kept !== next);
    const behind = (connection.receiveNext - next.sequence) | 0;
    if (behind <= next.data.length) take(connection, next.data.slice(behind), next.fin, now);
  }
}

function noteDataReceived(connection: TcpConnection, now: number): void {
  const last = connection.lastDataReceivedAt;
  if (last === undefined || now - last > PAUSE_US) connection.quickAcks = QUICK_ACKS;
  connection.lastDataReceivedAt = now;
}

/** At once while quick, after two segments, or when the timer ends. */
function scheduleAck(host: Host, connection: TcpConnection, sim: Sim): void {
  const quick = connection.quickAcks > 0 && !connection.interactive;
  if (quick || connection.unacknowledgedBytes >= ACK_EVERY_BYTES) {
    return sendAck(host, connection, sim);
  }
  connection.ackDeadline ??= timerWheel(sim.now, DELAYED_ACK_US);
  arm(host, connection, sim);
}

function receiveFin(host: Host, connection: TcpConnection, sim: Sim): void {
  switch (connection.state) {
    case "ESTABLISHED":
      // Linux waits with the acknowledgement: the program is about to close too.
      connection.state = "CLOSE-WAIT";
      connection.interactive = true;
      return scheduleAck(host, connection, sim);
    case "FIN-WAIT-1":
      connection.state = "CLOSING";
      return sendAck(host, connection, sim);
    case "FIN-WAIT-2":
      sendAck(host, connection, sim);
      return startTimeWait(host, connection, "TIME-WAIT", sim);
    default:
      return sendAck(host, connection, sim);
  }
}

/** The connection is over; the program learns why at its next look. */
export function fail(host: Host, connection: TcpConnection, error: SocketError, sim: Sim): void {
  sim.record(host, "tcp.failed", { remote: connection.remoteAddress, error });
  connection.error = error;
  const { pid } = connection;
  closeRecord(host, connection);
  if (pid === 0) return;
  // The program still holds the descriptor: the record stays until it closes it.
  host.sockets.set(connection.id, connection);
  wakeOwner(host, connection, sim);
}

function wakeOwner(host: Host, connection: TcpConnection, sim: Sim): void {
  if (connection.pid === 0) return;
  sim.wake(host, connection.pid, { kind: "socket", socket: connection.id });
}

function after(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
