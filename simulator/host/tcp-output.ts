// TCP's sending half (RFC 9293 3.7, 3.8): segments from the send buffer within both windows,
// acknowledgements, retransmission. Left out: Nagle's algorithm, selective acknowledgement blocks,
// zero-window probes (receive buffers here are never full).
import type { Sim } from "../kernel/sim.ts";
import { JIFFY_US, timerWheel } from "../kernel/wheel.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import { ACK, FIN, PSH, RST, SYN, type TcpOptions, type TcpSegment } from "../wire/tcp.ts";
import type { Host } from "./host.ts";
import { nextPacketId, sendIpv4 } from "./ip-output.ts";
import type { TcpConnection } from "./tcp-state.ts";

export const MSS = 1460;
/** What IP and TCP headers take of a packet; no packet is larger than 65535 bytes. */
const HEADERS = 40;
const LARGEST_PACKET = 65535;
/** No path is taken for narrower than 552 bytes (Linux: min_pmtu). */
const LEAST_MSS = 512;
const WINDOW_SCALE = 7;
/** No window is larger before it is scaled. */
const LARGEST_WINDOW = 65535;
/** After the first segment half of the receive buffer is offered, but for one segment. */
const LATER_WINDOW = 65536 - 1448;
/** Bytes of a segment that the timestamp option takes. */
const TIMESTAMP_BYTES = 12;
const PROBE_ALONE_US = 200_000;
/** Quick acknowledgements at the start of a connection and after a pause (Linux). */
export const QUICK_ACKS = 16;
export const DELAYED_ACK_US = 40_000;

export function sendSyn(host: Host, connection: TcpConnection, sim: Sim): void {
  const options = synOptions(connection, sim.now);
  emit(host, connection, { flags: SYN, sequence: connection.initialSendSequence, options }, sim);
}

/** Answers a SYN; said again at once when the SYN is repeated (I232). */
export function sendSynAck(host: Host, connection: TcpConnection, sim: Sim): void {
  const options = synOptions(connection, sim.now);
  const sequence = connection.initialSendSequence;
  emit(host, connection, { flags: SYN | ACK, sequence, options }, sim);
}

export function sendAck(host: Host, connection: TcpConnection, sim: Sim): void {
  emit(host, connection, { flags: ACK, sequence: connection.sendNext }, sim);
}

export function sendReset(host: Host, connection: TcpConnection, sim: Sim): void {
  emit(host, connection, { flags: RST | ACK, sequence: connection.sendNext }, sim);
}

/** Sends what the windows allow of the buffer, and the FIN after the last byte. */
export function sendPending(host: Host, connection: TcpConnection, sim: Sim): void {
  const limit = segmentSize(connection);
  for (;;) {
    const sent = inFlight(connection);
    const window = Math.floor(Math.min(connection.congestionWindow, connection.sendWindow));
    const rest = connection.sendBuffer.length - sent;
    const size = Math.min(limit, rest, window - sent);
    // No small segment because of a small gap in the window (RFC 1122 4.2.3.4).
    if (size <= 0 || (size < Math.min(limit, rest) && sent > 0)) break;
    // Closed before the last bytes could leave: the FIN goes with them (Linux).
    const isEnd = connection.finWanted && sent + size === connection.sendBuffer.length;
    sendData(host, connection, connection.sendNext, sent, size, sim, isEnd ? FIN : 0);
    connection.finSent ||= isEnd;
    connection.sendNext = (connection.sendNext + size + (isEnd ? 1 : 0)) >>> 0;
    noteDataSent(connection, sim.now);
  }
  maybeSendFin(host, connection, sim);
  if (needsRetransmitTimer(connection) && connection.retransmitDeadline === undefined) {
    startRetransmitTimer(host, connection, sim);
  }
}

/** Bytes sent and not acknowledged, the FIN not counted. */
export function inFlight(connection: TcpConnection): number {
  const distance = (connection.sendNext - connection.sendUnacknowledged) >>> 0;
  return Math.min(distance, connection.sendBuffer.length);
}

export function needsRetransmitTimer(connection: TcpConnection): boolean {
  return connection.sendNext !== connection.sendUnacknowledged;
}

export function startRetransmitTimer(host: Host, connection: TcpConnection, sim: Sim): void {
  const { retransmitTimeoutUs } = connection;
  const delayUs = mayProbe(connection)
    ? Math.min(retransmitTimeoutUs, probeTimeoutUs(connection))
    : retransmitTimeoutUs;
  connection.retransmitDeadline = timerWheel(sim.now, delayUs);
  arm(host, connection, sim);
}

/** Whether silence is first answered with a probe: once, and not before the handshake is over. */
export function mayProbe({ state, probed, retransmissions }: TcpConnection): boolean {
  return !probed && retransmissions === 0 && !state.startsWith("SYN");
}

/** Two round trips, and time for a delayed acknowledgement of a single segment (Linux). */
function probeTimeoutUs(connection: TcpConnection): number {
  const rest = inFlight(connection) > segmentSize(connection) ? 2 * JIFFY_US : PROBE_ALONE_US;
  return 2 * (connection.smoothedRttUs ?? 0) + rest;
}

/** Sends the last segment once more: its acknowledgement tells what is missing (RFC 8985 7.3). */
export function probe(host: Host, connection: TcpConnection, sim: Sim): void {
  connection.probed = true;
  const sent = inFlight(connection);
  const limit = segmentSize(connection);
  const offset = sent === 0 ? 0 : Math.floor((sent - 1) / limit) * limit;
  resend(host, connection, offset, sent - offset, sim);
}

/** Sends the oldest unacknowledged segment once more. */
export function retransmit(host: Host, connection: TcpConnection, sim: Sim): void {
  sim.record(host, "tcp.retransmit", {
    remote: connection.remoteAddress,
    port: connection.remotePort,
    state: connection.state,
  });
  switch (connection.state) {
    case "SYN-SENT":
      return sendSyn(host, connection, sim);
    case "SYN-RECEIVED":
      return sendSynAck(host, connection, sim);
    default:
      resend(host, connection, 0, Math.min(segmentSize(connection), inFlight(connection)), sim);
  }
}

/** The last bytes and the FIN after them go in one segment (Linux collapses what it repeats). */
function resend(
  host: Host,
  connection: TcpConnection,
  offset: number,
  size: number,
  sim: Sim,
): void {
  const { sendUnacknowledged, sendBuffer, finSent } = connection;
  const fin = finSent && offset + size === sendBuffer.length ? FIN : 0;
  if (size > 0) {
    sendData(host, connection, (sendUnacknowledged + offset) >>> 0, offset, size, sim, fin);
  } else if (fin !== 0) {
    emit(host, connection, { flags: FIN | ACK, sequence: minusOne(connection.sendNext) }, sim);
  }
}

/** Keeps one alarm outstanding for the earliest of the connection's deadlines. */
export function arm(host: Host, connection: TcpConnection, sim: Sim): void {
  const { retransmitDeadline, ackDeadline, timeWaitDeadline } = connection;
  const next = Math.min(
    retransmitDeadline ?? Infinity,
    ackDeadline ?? Infinity,
    timeWaitDeadline ?? Infinity,
  );
  if (next === Infinity) return;
  if (connection.alarmAt !== undefined && connection.alarmAt <= next) return;
  connection.alarmAt = next;
  sim.alarm(host, next, "tcp", String(connection.id));
}

/** A RST to a segment that belongs to no connection (I221, I222). */
export function refuse(
  host: Host,
  { source, destination }: Pick<Ipv4Packet, "source" | "destination">,
  segment: TcpSegment,
  sim: Sim,
): void {
  if ((segment.flags & RST) !== 0) return;
  const hasAck = (segment.flags & ACK) !== 0;
  const end = segment.sequence + segmentLength(segment);
  const reply: TcpSegment = {
    protocol: "tcp",
    sourcePort: segment.destinationPort,
    destinationPort: segment.sourcePort,
    sequence: hasAck ? segment.acknowledgement : 0,
    acknowledgement: hasAck ? 0 : end >>> 0,
    flags: hasAck ? RST : RST | ACK,
    window: 0,
    options: {},
    data: "",
  };
  sendIpv4(host, wrap(destination, source, 0, reply), sim);
}

/** Sequence numbers that a segment takes: its bytes, SYN and FIN. */
export function segmentLength(segment: TcpSegment): number {
  const syn = (segment.flags & SYN) !== 0 ? 1 : 0;
  const fin = (segment.flags & FIN) !== 0 ? 1 : 0;
  return segment.data.length + syn + fin;
}

function maybeSendFin(host: Host, connection: TcpConnection, sim: Sim): void {
  if (!connection.finWanted || connection.finSent) return;
  if (inFlight(connection) < connection.sendBuffer.length) return;
  emit(host, connection, { flags: FIN | ACK, sequence: connection.sendNext }, sim);
  connection.finSent = true;
  connection.sendNext = (connection.sendNext + 1) >>> 0;
}

function sendData(
  host: Host,
  connection: TcpConnection,
  sequence: number,
  offset: number,
  size: number,
  sim: Sim,
  fin = 0,
): void {
  const data = connection.sendBuffer.slice(offset, offset + size);
  const isLast = offset + size === connection.sendBuffer.length;
  emit(host, connection, { flags: (isLast ? ACK | PSH : ACK) | fin, sequence, data }, sim);
}

/** Data sent soon after data came: a dialogue, in which acknowledgements ride on answers. */
function noteDataSent(connection: TcpConnection, now: number): void {
  const received = connection.lastDataReceivedAt;
  if (received !== undefined && now - received < DELAYED_ACK_US) connection.interactive = true;
}

/** Path MTU discovery (RFC 1191): smaller segments from now on, and all that is unacknowledged. */
export function lowerMss(host: Host, connection: TcpConnection, mtu: number, sim: Sim): boolean {
  const mss = Math.max(LEAST_MSS, mssOf(mtu));
  if (mss >= connection.mss) return false;
  connection.mss = mss;
  connection.sendNext = connection.sendUnacknowledged;
  connection.finSent = false;
  sendPending(host, connection, sim);
  return true;
}

/** The MSS to offer on an interface: 1460 on Ethernet, 65495 on lo. */
export function mssOf(mtu: number): number {
  return Math.min(mtu, LARGEST_PACKET) - HEADERS;
}

function segmentSize(connection: TcpConnection): number {
  return connection.mss - (connection.timestampsOn ? TIMESTAMP_BYTES : 0);
}

function synOptions(connection: TcpConnection, now: number): TcpOptions {
  return {
    mss: connection.ownMss,
    windowScale: WINDOW_SCALE,
    sackPermitted: true,
    timestamps: timestampsOf(connection, now),
  };
}

function timestampsOf(connection: TcpConnection, now: number): { value: number; echo: number } {
  const value = (connection.initialSendSequence + Math.floor(now / 1000)) >>> 0;
  return { value, echo: connection.lastTimestamp };
}

interface Outgoing {
  readonly flags: number;
  readonly sequence: number;
  readonly data?: string;
  readonly options?: TcpOptions;
}

function emit(host: Host, connection: TcpConnection, out: Outgoing, sim: Sim): void {
  const isSyn = (out.flags & SYN) !== 0;
  const hasAck = (out.flags & ACK) !== 0;
  const timestamps = connection.timestampsOn && !isSyn ? timestampsOf(connection, sim.now) : null;
  const segment: TcpSegment = {
    protocol: "tcp",
    sourcePort: connection.localPort,
    destinationPort: connection.remotePort,
    sequence: out.sequence,
    acknowledgement: hasAck ? connection.receiveNext : 0,
    flags: out.flags,
    window: isSyn ? synWindowOf(connection) : nextWindow(connection),
    options: out.options ?? (timestamps === null ? {} : { timestamps }),
    data: out.data ?? "",
  };
  if (hasAck) noteAckSent(connection);
  const { localAddress, remoteAddress } = connection;
  const isReset = (out.flags & RST) !== 0;
  const isSynAck = isSyn && hasAck;
  const id = isReset || isSynAck ? 0 : nextPacketId(host, localAddress, remoteAddress, sim);
  const confirmed = connection.confirmPending;
  connection.confirmPending = false;
  sendIpv4(host, wrap(localAddress, remoteAddress, id, segment), sim, { confirmed });
}

function noteAckSent(connection: TcpConnection): void {
  connection.ackDeadline = undefined;
  connection.unacknowledgedBytes = 0;
  if (connection.quickAcks > 0) connection.quickAcks--;
}

/** Whole segments, of the larger kind for who connects, of the smaller for who listens (I220). */
export function synWindowOf({ listener, ownMss }: TcpConnection): number {
  const segment = ownMss - (listener === undefined ? 0 : TIMESTAMP_BYTES);
  return Math.floor(LARGEST_WINDOW / segment) * segment;
}

/** What once was offered is never taken back; in units of the scale, rounded up (Linux). */
function nextWindow(connection: TcpConnection): number {
  const { windowEdge, receiveNext } = connection;
  const left = (windowEdge - receiveNext) | 0;
  const window = Math.ceil(Math.max(left, LATER_WINDOW) / 2 ** WINDOW_SCALE);
  connection.windowEdge = (receiveNext + window * 2 ** WINDOW_SCALE) >>> 0;
  return window;
}

function wrap(source: string, destination: string, id: number, payload: TcpSegment): Ipv4Packet {
  return {
    protocol: "ipv4",
    source,
    destination,
    ttl: 64,
    tos: 0,
    id,
    dontFragment: true,
    payload,
  };
}

function minusOne(sequence: number): number {
  return (sequence - 1) >>> 0;
}
