// The director's idea of a TCP connection, from the packets it sees (I97, I100, I104).
import { ACK, FIN, RST, SYN } from "../wire/tcp.ts";

export type TcpStateName =
  | "NONE"
  | "ESTABLISHED"
  | "SYN_SENT"
  | "SYN_RECV"
  | "FIN_WAIT"
  | "TIME_WAIT"
  | "CLOSE"
  | "CLOSE_WAIT"
  | "LAST_ACK"
  | "LISTEN"
  | "SYNACK";

/** Seconds that an entry lives in a state without a packet (I97). */
export const TCP_TIMEOUTS: Readonly<Record<TcpStateName, number>> = {
  NONE: 2,
  ESTABLISHED: 900,
  SYN_SENT: 120,
  SYN_RECV: 60,
  FIN_WAIT: 120,
  TIME_WAIT: 120,
  CLOSE: 10,
  CLOSE_WAIT: 60,
  LAST_ACK: 30,
  LISTEN: 120,
  SYNACK: 120,
};

/** "in" client to server on NAT, "out" server to client, "io" the only direction seen (I100). */
export type Direction = "in" | "out" | "io";
type TcpEvent = "SYN" | "FIN" | "ACK" | "RST";

const CODES = {
  NO: "NONE",
  ES: "ESTABLISHED",
  SS: "SYN_SENT",
  SR: "SYN_RECV",
  FW: "FIN_WAIT",
  TW: "TIME_WAIT",
  CL: "CLOSE",
  CW: "CLOSE_WAIT",
  LA: "LAST_ACK",
  LI: "LISTEN",
  SA: "SYNACK",
} as const;

type Code = keyof typeof CODES;

/** I100: the next state for SYN, FIN, ACK, RST of in, out and io. */
const NEXT: Readonly<Record<TcpStateName, string>> = {
  NONE: "SR CL ES CL  SS TW ES CL  SR CL ES CL",
  ESTABLISHED: "ES CW ES CL  ES FW ES CL  ES FW ES CL",
  SYN_SENT: "ES SS SS CL  SS SS SS SS  ES SS SS CL",
  SYN_RECV: "SR TW ES SR  SR TW ES CL  SR TW ES SR",
  FIN_WAIT: "SR TW FW CL  SS FW FW CL  SR FW FW CL",
  TIME_WAIT: "SR TW TW CL  SS TW TW TW  SR TW TW CL",
  CLOSE: "SR CL CL CL  SS CL CL CL  SR CL CL CL",
  CLOSE_WAIT: "SR CW CW CL  SS TW CW CL  SR CW CW CL",
  LAST_ACK: "SR LA CL LA  SS LA LA CL  SR LA CL LA",
  LISTEN: "SR LI LI LI  LI LI ES CL  SR LI LI LI",
  SYNACK: "SR TW ES SR  SR TW ES CL  SR TW ES CL",
};

const COLUMNS: readonly TcpEvent[] = ["SYN", "FIN", "ACK", "RST"];
const DIRECTIONS: readonly Direction[] = ["in", "out", "io"];

const TABLE: Readonly<Record<TcpStateName, readonly TcpStateName[]>> = Object.fromEntries(
  Object.entries(NEXT).map(([state, row]) => [
    state,
    row.split(/ +/).map((code) => CODES[code as Code]),
  ]),
) as unknown as Record<TcpStateName, readonly TcpStateName[]>;

/** The state after a segment; one without SYN, FIN, ACK and RST closes (I100). */
export function nextTcpState(
  state: TcpStateName,
  flags: number,
  way: Direction,
  isStrict = false,
): TcpStateName {
  const event = eventOf(flags);
  if (event === undefined) return "CLOSE";
  const strict = isStrict ? strictState(state, event, way) : undefined;
  if (strict !== undefined) return strict;
  const column = DIRECTIONS.indexOf(way) * COLUMNS.length + COLUMNS.indexOf(event);
  return TABLE[state][column] ?? "CLOSE";
}

/** secure_tcp: nothing is established before the server's SYN-ACK was seen, where it can be (I119). */
function strictState(
  state: TcpStateName,
  event: TcpEvent,
  way: Direction,
): TcpStateName | undefined {
  if (state === "SYN_RECV" && event === "ACK" && way === "in") return "SYN_RECV";
  if (state === "SYN_RECV" && event === "SYN" && way === "out") return "SYNACK";
  if (state === "SYNACK" && event === "SYN") return "SYNACK";
  return state === "NONE" && event === "SYN" && way === "io" ? "SYNACK" : undefined;
}

/** Priority RST, SYN, FIN, ACK; a SYN-ACK counts as SYN. */
function eventOf(flags: number): TcpEvent | undefined {
  if ((flags & RST) !== 0) return "RST";
  if ((flags & SYN) !== 0) return "SYN";
  if ((flags & FIN) !== 0) return "FIN";
  return (flags & ACK) !== 0 ? "ACK" : undefined;
}

/** I104. */
export function isActiveState(state: TcpStateName): boolean {
  return (
    state === "ESTABLISHED" || state === "SYN_SENT" || state === "SYN_RECV" || state === "SYNACK"
  );
}
