// TCP endpoints as data (RFC 9293 3.3.1, names as there). `tcp.ts` is what moves them.
import type { Ip } from "../wire/address.ts";
import type { SocketError } from "./socket.ts";

export type TcpStateName =
  | "SYN-SENT"
  | "SYN-RECEIVED"
  | "ESTABLISHED"
  | "FIN-WAIT-1"
  | "FIN-WAIT-2"
  | "CLOSE-WAIT"
  | "CLOSING"
  | "LAST-ACK"
  | "TIME-WAIT"
  | "CLOSED";

export interface TcpListener {
  readonly id: number;
  pid: number;
  readonly kind: "tcp-listener";
  /** "0.0.0.0" listens on every local address. */
  readonly localAddress: Ip;
  readonly localPort: number;
  readonly backlog: number;
  /** Established connections that nobody has accepted yet: socket ids, oldest first. */
  accepting: number[];
}

export interface TcpConnection {
  readonly id: number;
  pid: number;
  readonly kind: "tcp";
  state: TcpStateName;
  readonly localAddress: Ip;
  readonly localPort: number;
  readonly remoteAddress: Ip;
  readonly remotePort: number;
  /** The listener this connection came from, until it is accepted. */
  readonly listener: number | undefined;
  /** Why it failed; reading it once the state is CLOSED tells the program. */
  error: SocketError | undefined;
  /** Bytes received in order and not yet read by the program. */
  receiveBuffer: string;
  /** The peer's FIN has been received: after `receiveBuffer` there is nothing more. */
  endOfStream: boolean;
  /** Bytes written by the program: unacknowledged ones first, then those not sent yet. */
  sendBuffer: string;
  /** The program has closed its side: a FIN follows the last byte of `sendBuffer`. */
  finWanted: boolean;
  finSent: boolean;

  // Sequence numbers, unsigned 32 bits, names of RFC 9293 3.3.1.
  readonly initialSendSequence: number;
  sendUnacknowledged: number;
  sendNext: number;
  sendWindow: number;
  initialReceiveSequence: number;
  receiveNext: number;
  /** The end of the window offered to the peer. */
  windowEdge: number;
  /** Segments received out of order, by sequence number. */
  outOfOrder: readonly {
    readonly sequence: number;
    readonly data: string;
    readonly fin: boolean;
  }[];
  /** What this end offers, and what both agreed on. */
  readonly ownMss: number;
  mss: number;
  peerWindowScale: number;
  timestampsOn: boolean;
  lastTimestamp: number;

  // Congestion and retransmission (RFC 6298, RFC 5681).
  congestionWindow: number;
  slowStartThreshold: number;
  duplicateAcks: number;
  recover: number;
  smoothedRttUs: number | undefined;
  rttVarianceUs: number;
  retransmitTimeoutUs: number;
  retransmissions: number;
  /** A loss probe (RFC 8985 7) is out: the next timeout is a real one. */
  probed: boolean;
  /** When the oldest unacknowledged segment is sent again. */
  retransmitDeadline: number | undefined;
  /** When a delayed acknowledgement goes out at last. */
  ackDeadline: number | undefined;
  /** When TIME-WAIT, or an orphaned FIN-WAIT-2, ends. */
  timeWaitDeadline: number | undefined;
  /** Acknowledgements that still go out at once (Linux "quickack"). */
  quickAcks: number;
  /** Linux "pingpong": a reply is expected soon, so an acknowledgement may wait for it. */
  interactive: boolean;
  lastDataReceivedAt: number | undefined;
  /** Bytes received since the last acknowledgement was sent. */
  unacknowledgedBytes: number;
  /** An acknowledgement has moved us on: the next segment confirms the neighbour (I59). */
  confirmPending: boolean;
  /** The alarm that is outstanding; the deadlines above say what it is for. */
  alarmAt: number | undefined;
  readonly openedAt: number;
}

/** Finding sockets without walking them all. */
export interface TcpTables {
  /** "local:port remote:port" to socket id. */
  readonly byTuple: Map<string, number>;
  /** Port to the ids of its listeners. */
  readonly listeners: Map<number, number[]>;
  /** Port to the number of sockets that use it. */
  readonly portUse: Map<number, number>;
}

export function tupleKey(local: Ip, localPort: number, remote: Ip, remotePort: number): string {
  return `${local}:${localPort} ${remote}:${remotePort}`;
}
