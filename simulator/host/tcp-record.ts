// Making and removing TCP records, and the tables that find them.
import type { Sim } from "../kernel/sim.ts";
import type { Host } from "./host.ts";
import { freePort, usePort } from "./ports.ts";
import { routeTo } from "./route.ts";
import { MSS, mssOf } from "./tcp-output.ts";
import { type TcpConnection, type TcpListener, tupleKey } from "./tcp-state.ts";

/** Linux begins with ten segments (RFC 6928) and a timeout of one second (RFC 6298). */
const INITIAL_WINDOW = 10 * MSS;
const INITIAL_TIMEOUT_US = 1_000_000;
/** Shared by all that wait for nothing: copies of the world need not copy it. */
const NOTHING: TcpConnection["outOfOrder"] = Object.freeze([]);

type Wanted = Pick<
  TcpConnection,
  "pid" | "state" | "localAddress" | "localPort" | "remoteAddress" | "remotePort" | "listener"
>;

export function createConnection(host: Host, sim: Sim, wanted: Wanted): TcpConnection {
  const initialSendSequence = Math.floor(sim.random() * 4294967296);
  const ownMss = mssOf(routeTo(host, wanted.remoteAddress)?.nic.mtu ?? 1500);
  // Field by field: an object that begins with a spread grows step by step.
  const connection: TcpConnection = {
    id: ++host.lastSocket,
    kind: "tcp",
    pid: wanted.pid,
    state: wanted.state,
    localAddress: wanted.localAddress,
    localPort: wanted.localPort,
    remoteAddress: wanted.remoteAddress,
    remotePort: wanted.remotePort,
    listener: wanted.listener,
    error: undefined,
    receiveBuffer: "",
    endOfStream: false,
    sendBuffer: "",
    finWanted: false,
    finSent: false,
    initialSendSequence,
    sendUnacknowledged: initialSendSequence,
    sendNext: initialSendSequence,
    sendWindow: MSS,
    initialReceiveSequence: 0,
    receiveNext: 0,
    windowEdge: 0,
    outOfOrder: NOTHING,
    ownMss,
    mss: ownMss,
    peerWindowScale: 0,
    timestampsOn: true,
    lastTimestamp: 0,
    congestionWindow: INITIAL_WINDOW,
    slowStartThreshold: Infinity,
    duplicateAcks: 0,
    recover: initialSendSequence,
    smoothedRttUs: undefined,
    rttVarianceUs: 0,
    retransmitTimeoutUs: INITIAL_TIMEOUT_US,
    retransmissions: 0,
    probed: false,
    retransmitDeadline: undefined,
    ackDeadline: undefined,
    timeWaitDeadline: undefined,
    quickAcks: 0,
    interactive: false,
    lastDataReceivedAt: undefined,
    unacknowledgedBytes: 0,
    confirmPending: false,
    alarmAt: undefined,
    openedAt: sim.now,
  };
  host.sockets.set(connection.id, connection);
  host.tcp.byTuple.set(keyOf(connection), connection.id);
  if (wanted.listener === undefined) usePort(host, wanted.localPort);
  return connection;
}

/**
 * Freezes a connection that only waits out TIME-WAIT: there are hundreds of them behind a busy
 * client, and copies of the world share what is frozen.
 */
export function rest(connection: TcpConnection): void {
  if (connection.state === "TIME-WAIT") Object.freeze(connection);
}

/** The connection as a record that may be changed; one at rest is taken out of the ice. */
export function awake(host: Host, connection: TcpConnection): TcpConnection {
  if (!Object.isFrozen(connection)) return connection;
  const copy = { ...connection };
  host.sockets.set(copy.id, copy);
  return copy;
}

/** Forgets a connection: nothing finds it any more. */
export function closeRecord(host: Host, found: TcpConnection): void {
  const connection = awake(host, found);
  if (connection.state !== "CLOSED") {
    if (host.tcp.byTuple.get(keyOf(connection)) === connection.id) {
      host.tcp.byTuple.delete(keyOf(connection));
    }
    if (connection.listener === undefined) freePort(host, connection.localPort);
  }
  connection.state = "CLOSED";
  connection.retransmitDeadline = undefined;
  connection.ackDeadline = undefined;
  connection.timeWaitDeadline = undefined;
  host.sockets.delete(connection.id);
}

export function createListener(host: Host, listener: Omit<TcpListener, "id">): TcpListener {
  const created = { ...listener, id: ++host.lastSocket };
  host.sockets.set(created.id, created);
  const { localPort } = created;
  host.tcp.listeners.set(localPort, [...(host.tcp.listeners.get(localPort) ?? []), created.id]);
  return created;
}

export function removeListener(host: Host, listener: TcpListener): void {
  const left = (host.tcp.listeners.get(listener.localPort) ?? []).filter(
    (id) => id !== listener.id,
  );
  if (left.length > 0) host.tcp.listeners.set(listener.localPort, left);
  else host.tcp.listeners.delete(listener.localPort);
  host.sockets.delete(listener.id);
}

function keyOf(connection: TcpConnection): string {
  const { localAddress, localPort, remoteAddress, remotePort } = connection;
  return tupleKey(localAddress, localPort, remoteAddress, remotePort);
}
