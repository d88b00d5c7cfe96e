// ss of iproute2: sockets in columns that are as wide as their widest cell (I210).
// Filters: `state NAME`, `src`, `dst`, `sport`, `dport`, joined by `and`. Left out: other filters,
// timers, memory and congestion details, UNIX sockets.
import type { Host } from "../host/host.ts";
import type { Socket } from "../host/socket.ts";
import type { TcpStateName } from "../host/tcp-state.ts";
import { immediate } from "./immediate.ts";
import { readShortOptions } from "./options.ts";

export interface SocketRow {
  readonly protocol: "tcp" | "udp";
  readonly state: string;
  readonly receiveQueue: number;
  readonly sendQueue: number;
  readonly local: readonly [address: string, port: string];
  readonly peer: readonly [address: string, port: string];
  readonly process: string;
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

/** Without -a and -l only connections that are somebody's. */
const HIDDEN = ["LISTEN", "SYN-RECV", "TIME-WAIT", "UNCONN"];
const SERVICES: Readonly<Record<string, string>> = { "22": "ssh", "80": "http", "443": "https" };

export const ss = immediate(30_000, ({ host, args }) => {
  const options = readShortOptions("ss", args, "tualnp4HrO");
  if ("complaint" in options) {
    return { stderr: `${options.complaint}Usage: ss [ OPTIONS ]\n`, code: 255 };
  }
  const { flags } = options;
  const filter = readFilter(options.rest);
  if (filter === undefined) {
    const stderr = `Error: an inet prefix is expected rather than "${options.rest.join(" ")}".\n`;
    return { stderr, code: 1 };
  }
  const both = !flags.has("t") && !flags.has("u");
  const rows = [...host.sockets.values()].flatMap((socket) => rowOf(host, socket, flags));
  const shown = rows.filter((row) => {
    if (!both && !flags.has(row.protocol === "tcp" ? "t" : "u")) return false;
    const isListening = row.state === "LISTEN" || row.protocol === "udp";
    if (!filter.tests.every((test) => test(row))) return false;
    if (filter.hasState) return true;
    if (flags.has("l")) return isListening;
    return flags.has("a") || !HIDDEN.includes(row.state);
  });
  shown.sort((a, b) => Number(b.state === "LISTEN") - Number(a.state === "LISTEN"));
  const text = formatSockets(shown, both || (flags.has("t") && flags.has("u")));
  return { stdout: flags.has("H") ? text.slice(text.indexOf("\n") + 1) : text };
});

type RowTest = (row: SocketRow) => boolean;

/** `state established`; groups of states besides the states themselves. */
const STATE_WORDS: Readonly<Record<string, RowTest>> = {
  all: () => true,
  established: ({ state }) => state === "ESTAB",
  listening: ({ state }) => state === "LISTEN",
  connected: ({ state }) => state !== "LISTEN" && state !== "UNCONN",
  synchronized: ({ state }) => !["LISTEN", "UNCONN", "SYN-SENT"].includes(state),
};

/** What a row must be; undefined when the words say nothing that is known. */
function readFilter(
  words: readonly string[],
): { readonly tests: readonly RowTest[]; readonly hasState: boolean } | undefined {
  const tests: RowTest[] = [];
  const rest = words
    .join(" ")
    .replace(/[()]/g, " ")
    .split(/\s+/)
    .filter((word) => word !== "" && word !== "and" && word !== "=" && word !== "eq");
  let hasState = false;
  while (rest.length > 0) {
    const [key = "", value = ""] = rest.splice(0, 2);
    if (value === "") return undefined;
    if (key === "state") {
      hasState = true;
      const named = Object.hasOwn(STATE_WORDS, value) ? STATE_WORDS[value] : undefined;
      tests.push(named ?? (({ state }) => state.toLowerCase() === value));
      continue;
    }
    const port = value.slice(value.lastIndexOf(":") + 1);
    const side = key === "src" || key === "sport" ? "local" : "peer";
    if (key === "sport" || key === "dport") {
      tests.push((row) => [port, SERVICES[port]].includes(row[side][1]));
    } else if (key === "src" || key === "dst") {
      const [address, wanted] = value.split(":");
      tests.push(
        (row) =>
          (address === "" || row[side][0] === address) &&
          (wanted === undefined || row[side][1] === wanted),
      );
    } else return undefined;
  }
  return { tests, hasState };
}

function rowOf(host: Host, socket: Socket, flags: ReadonlySet<string>): SocketRow[] {
  const port = (number: number): string =>
    flags.has("n") ? String(number) : (SERVICES[String(number)] ?? String(number));
  const process = flags.has("p") ? owner(host, socket) : "";
  switch (socket.kind) {
    case "tcp-listener":
      return [
        {
          protocol: "tcp",
          state: "LISTEN",
          receiveQueue: socket.accepting.length,
          sendQueue: socket.backlog,
          local: [socket.localAddress, port(socket.localPort)],
          peer: ["0.0.0.0", "*"],
          process,
        },
      ];
    case "tcp":
      return [
        {
          protocol: "tcp",
          state: STATES[socket.state],
          receiveQueue: socket.receiveBuffer.length,
          sendQueue: socket.state === "SYN-SENT" ? 1 : socket.sendBuffer.length,
          local: [socket.localAddress, port(socket.localPort)],
          peer: [socket.remoteAddress, port(socket.remotePort)],
          process,
        },
      ];
    case "udp":
      return [
        {
          protocol: "udp",
          state: "UNCONN",
          receiveQueue: socket.received.length,
          sendQueue: 0,
          local: [socket.localAddress, port(socket.localPort)],
          peer: ["0.0.0.0", "*"],
          process,
        },
      ];
    default:
      return [];
  }
}

function owner(host: Host, socket: Socket): string {
  const process = host.processes.get(socket.pid);
  return process === undefined ? "" : `users:(("${process.program}",pid=${process.pid},fd=3))`;
}

/** Rows under their header. Addresses are set to the right, everything else to the left. */
export function formatSockets(rows: readonly SocketRow[], showsProtocol: boolean): string {
  const table = rows.map((row) => [
    row.protocol,
    row.state,
    String(row.receiveQueue),
    String(row.sendQueue),
    ...row.local,
    ...row.peer,
    row.process,
  ]);
  const header = ["Netid", "State", "Recv-Q", "Send-Q", "Local Address", "Port"].concat([
    "Peer Address",
    "Port",
    "Process",
  ]);
  const all = [header, ...table];
  const widths = header.map((_, i) => Math.max(...all.map((cells) => cells[i]?.length ?? 0)));
  const lines = all.map((cells) => {
    const cell = (i: number): string => (cells[i] ?? "").padEnd(widths[i] ?? 0);
    const address = (i: number): string => (cells[i] ?? "").padStart(widths[i] ?? 0);
    const start = [...(showsProtocol ? [cell(0)] : []), cell(1), cell(2), cell(3)].join(" ");
    return `${start} ${address(4)}:${cell(5)} ${address(6)}:${cell(7)}${cell(8)}\n`;
  });
  return lines.join("");
}
