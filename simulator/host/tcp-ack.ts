// What an acknowledgement does: frees the send buffer, measures the round trip (RFC 6298), opens
// the congestion window (RFC 5681) and notices loss by three duplicates.
import type { Sim } from "../kernel/sim.ts";
import type { TcpSegment } from "../wire/tcp.ts";
import type { Host } from "./host.ts";
import {
  inFlight,
  needsRetransmitTimer,
  retransmit,
  sendAck,
  startRetransmitTimer,
} from "./tcp-output.ts";
import type { TcpConnection } from "./tcp-state.ts";

const MIN_TIMEOUT_US = 200_000;
const MAX_TIMEOUT_US = 120_000_000;

/** Takes the segment's acknowledgement; false when it is for something never sent. */
export function acknowledge(
  host: Host,
  connection: TcpConnection,
  segment: TcpSegment,
  sim: Sim,
): boolean {
  const isSynSegment = segment.options.mss !== undefined;
  const scale = isSynSegment ? 1 : 2 ** connection.peerWindowScale;
  const ahead = (segment.acknowledgement - connection.sendNext) | 0;
  if (ahead > 0) {
    sendAck(host, connection, sim);
    return false;
  }
  connection.sendWindow = segment.window * scale;
  const advance = (segment.acknowledgement - connection.sendUnacknowledged) | 0;
  if (advance > 0) {
    advanceBy(host, connection, advance, segment, sim);
  } else if (advance === 0 && segment.data.length === 0 && inFlight(connection) > 0) {
    duplicate(host, connection, sim);
  }
  return true;
}

function advanceBy(
  host: Host,
  connection: TcpConnection,
  advance: number,
  segment: TcpSegment,
  sim: Sim,
): void {
  const bytes = Math.min(advance, connection.sendBuffer.length);
  connection.sendBuffer = connection.sendBuffer.slice(bytes);
  connection.sendUnacknowledged = segment.acknowledgement;
  connection.confirmPending = true;
  connection.duplicateAcks = 0;
  if (connection.retransmissions === 0) measure(connection, segment, sim.now);
  connection.retransmissions = 0;
  connection.probed = false;
  grow(connection, bytes);
  connection.retransmitDeadline = undefined;
  if (needsRetransmitTimer(connection)) {
    startRetransmitTimer(host, connection, sim);
    // After a timeout the rest of the lost window follows as it is acknowledged (go back N).
    if (((connection.recover - segment.acknowledgement) | 0) > 0) retransmit(host, connection, sim);
  }
}

/** RFC 6298 2, with the timestamp's round trip; Linux never waits less than 200 ms. */
function measure(connection: TcpConnection, segment: TcpSegment, now: number): void {
  const echo = segment.options.timestamps?.echo;
  if (echo === undefined) return;
  const sentMs = (echo - connection.initialSendSequence) >>> 0;
  const sample = Math.max(0, now - sentMs * 1000);
  if (connection.smoothedRttUs === undefined) {
    connection.smoothedRttUs = sample;
    connection.rttVarianceUs = sample / 2;
  } else {
    const difference = Math.abs(connection.smoothedRttUs - sample);
    connection.rttVarianceUs = (3 * connection.rttVarianceUs + difference) / 4;
    connection.smoothedRttUs = (7 * connection.smoothedRttUs + sample) / 8;
  }
  const timeout = connection.smoothedRttUs + Math.max(MIN_TIMEOUT_US, 4 * connection.rttVarianceUs);
  connection.retransmitTimeoutUs = Math.min(MAX_TIMEOUT_US, Math.round(timeout));
}

/** Slow start below the threshold, one segment a round trip above it. */
function grow(connection: TcpConnection, bytes: number): void {
  const { mss } = connection;
  if (connection.congestionWindow < connection.slowStartThreshold) {
    connection.congestionWindow += Math.min(bytes, mss);
  } else {
    connection.congestionWindow += Math.max(
      1,
      Math.floor((mss * mss) / connection.congestionWindow),
    );
  }
}

/** The third duplicate is taken for a loss (RFC 5681 3.2). */
function duplicate(host: Host, connection: TcpConnection, sim: Sim): void {
  connection.duplicateAcks++;
  if (connection.duplicateAcks !== 3) return;
  connection.slowStartThreshold = Math.max(inFlight(connection) / 2, 2 * connection.mss);
  connection.congestionWindow = connection.slowStartThreshold + 3 * connection.mss;
  connection.recover = connection.sendNext;
  retransmit(host, connection, sim);
}
