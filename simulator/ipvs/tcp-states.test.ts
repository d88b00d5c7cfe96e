// The director's idea of a TCP connection, as the traces of I101 and I102 have it.
import { expect, test } from "vitest";
import { ACK, FIN, RST, SYN } from "../wire/tcp.ts";
import { type Direction, nextTcpState, type TcpStateName } from "./tcp-states.ts";

const FLAGS: Readonly<Record<string, number>> = {
  SYN,
  "SYN-ACK": SYN | ACK,
  ACK,
  FIN: FIN | ACK,
  RST,
  nothing: 0,
};

/** "in SYN, out SYN-ACK" to the states that follow one another. */
function walk(events: string, isStrict = false): string {
  let state: TcpStateName = "NONE";
  return events
    .split(", ")
    .map((event) => {
      const [way, flags = ""] = event.split(" ");
      state = nextTcpState(state, FLAGS[flags] ?? 0, way as Direction, isStrict);
      return state;
    })
    .join(" ");
}

test.each([
  [
    "NAT, the server closes first",
    "in SYN, out SYN-ACK, in ACK, out FIN, in FIN, out ACK",
    "SYN_RECV SYN_RECV ESTABLISHED FIN_WAIT TIME_WAIT TIME_WAIT",
  ],
  [
    "NAT, the client closes first",
    "in SYN, out SYN-ACK, in ACK, in FIN, out FIN, in ACK",
    "SYN_RECV SYN_RECV ESTABLISHED CLOSE_WAIT TIME_WAIT TIME_WAIT",
  ],
  [
    "direct routing",
    "io SYN, io ACK, io ACK, io FIN, io ACK",
    "SYN_RECV ESTABLISHED ESTABLISHED FIN_WAIT FIN_WAIT",
  ],
  ["NAT, refused", "in SYN, out RST", "SYN_RECV CLOSE"],
  ["direct routing, no answer", "io SYN, io SYN", "SYN_RECV SYN_RECV"],
  ["no flag at all", "io SYN, io ACK, io nothing", "SYN_RECV ESTABLISHED CLOSE"],
])("%s", (_name, events, states) => {
  expect(walk(events)).toBe(states);
});

test("secure_tcp: established only after the server's SYN-ACK was seen (I119)", () => {
  expect(walk("in SYN, in ACK, out SYN-ACK, in ACK", true)).toBe(
    "SYN_RECV SYN_RECV SYNACK ESTABLISHED",
  );
  expect(walk("io SYN, io ACK", true)).toBe("SYNACK ESTABLISHED");
});
