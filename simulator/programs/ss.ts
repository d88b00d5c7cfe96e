// ss: TCP sockets, with columns as wide as their contents (I210). Left out: filters, memory, timers.
import type { Host } from "../host/host.ts";
import type { TcpStateName } from "../host/tcp-state.ts";
import { oneShot } from "./one-shot.ts";

interface Row {
  readonly state: string;
  readonly receive: number;
  readonly send: number;
  readonly local: readonly [string, string];
  readonly peer: readonly [string, string];
}

const STATES: Readonly<Record<TcpStateName, string>> = {
  "SYN-SENT": "SYN-SENT",
  "SYN-RECEIVED": "SYN-RECV",
  ESTABLISHED: "ESTAB",
  "FIN-WAIT-1": "FIN-WAIT-1",
  "FIN-WAIT-2": "FIN-WAIT-2",
  "CLOSE-WAIT": "CLOSE-WAIT",
  CLOSING: "CLOSING",
  "LAST-ACK": "LAST-ACK",
  "TIME-WAIT": "TIME-WAIT",
  CLOSED: "UNCONN",
};

export const ss = oneShot(17_000, (args, { host }) => {
  const letters = args.filter((arg) => arg.startsWith("-")).join("");
  const all = letters.includes("a");
  const listening = letters.includes("l");
  const rows = rowsOf(host).filter(({ state }) => {
    if (all) return true;
    const isListener = state === "LISTEN";
    return listening ? isListener : !isListener && state !== "TIME-WAIT" && state !== "SYN-RECV";
  });
  return { stdout: table(rows) };
});

function rowsOf(host: Host): Row[] {
  const rows: Row[] = [];
  for (const socket of host.sockets.values()) {
    if (socket.kind === "tcp-listener") {
      const { localAddress, localPort, backlog, accepting } = socket;
      const local = [localAddress, String(localPort)] as const;
      const peer = ["0.0.0.0", "*"] as const;
      rows.push({ state: "LISTEN", receive: accepting.length, send: backlog, local, peer });
    } else if (socket.kind === "tcp") {
      rows.push({
        state: STATES[socket.state],
        receive: socket.receiveBuffer.length,
        send: socket.state === "SYN-SENT" ? 1 : socket.sendBuffer.length,
        local: [socket.localAddress, String(socket.localPort)],
        peer: [socket.remoteAddress, String(socket.remotePort)],
      });
    }
  }
  return rows;
}

function table(rows: readonly Row[]): string {
  const widest = (title: string, values: readonly string[]): number =>
    Math.max(title.length, ...values.map((value) => value.length));
  const width = {
    state: widest("State", rows.map((row) => row.state)),
    local: widest("Local Address", rows.map((row) => row.local[0])),
    localPort: widest("Port", rows.map((row) => row.local[1])),
    peer: widest("Peer Address", rows.map((row) => row.peer[0])),
    peerPort: widest("Port", rows.map((row) => row.peer[1])),
  };
  const line = (cells: readonly [string, string, string, string, string, string, string, string]) =>
    `${cells[0].padEnd(width.state)} ${cells[1].padEnd(6)} ${cells[2].padEnd(6)} ` +
    `${cells[3].padStart(width.local)}:${cells[4].padEnd(width.localPort)} ` +
    `${cells[5].padStart(width.peer)}:${cells[6].padEnd(width.peerPort)}${cells[7].padEnd(7)}\n`;
  const head = line([
    "State",
    "Recv-Q",
    "Send-Q",
    "Local Address",
    "Port",
    "Peer Address",
    "Port",
    "Process",
  ]);
  const body = rows.map((row) =>
    line([
      row.state,
      String(row.receive),
      String(row.send),
      row.local[0],
      row.local[1],
      row.peer[0],
      row.peer[1],
      "",
    ]),
  );
  return head + body.join("");
}
