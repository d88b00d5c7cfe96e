// Two small programs of the lab: `udpecho PORT` answers each datagram with this host's address,
// `udpask N TARGET:PORT` asks N times, from new ports or with --same from one, and says who answered.
import type { Process } from "../host/process.ts";
import type { SocketError, UdpSocket } from "../host/socket.ts";
import { clearTimer, closeSocket, exitProcess, setTimer, write } from "../host/system.ts";
import { openUdp, sendUdp } from "../host/udp.ts";
import { parseIp } from "../wire/address.ts";
import type { Program, System } from "./program.ts";

/** From a datagram to its answer. */
const ANSWER_US = 140;
const PATIENCE_US = 1_500_000;
const GAP_US = 50_300;

export const udpecho: Program = {
  startUs: 70_000,
  run(process, reason, system) {
    if (reason.kind === "start") return startEcho(process, system);
    if (reason.kind === "socket") {
      return setTimer(system, process, `answer ${reason.socket}`, system.sim.now + ANSWER_US);
    }
    if (reason.kind === "timer") answerAll(process, Number(reason.key.split(" ")[1]), system);
  },
};

function startEcho(process: Process, system: System): void {
  const port = Number(process.argv[1]);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    write(system, process, 2, "usage: udpecho PORT\n");
    return exitProcess(system, process, 2);
  }
  const opened = openUdp(system, process, { port });
  if ("socket" in opened) return;
  write(system, process, 2, "udpecho: Address already in use\n");
  exitProcess(system, process, 1);
}

/** From the address that was asked, as the virtual address must answer (I41). */
function answerAll(process: Process, id: number, system: System): void {
  const socket = system.host.sockets.get(id);
  if (socket?.kind !== "udp") return;
  const own = ownAddress(system);
  const waiting = socket.received;
  socket.received = [];
  for (const { source, sourcePort, destination, data } of waiting) {
    const to = { destination: source, port: sourcePort, source: destination };
    sendUdp(system, socket, to, `${own} ${data}`);
  }
}

function ownAddress({ host }: System): string {
  const nic = [...host.nics.values()].find(({ name }) => name !== "lo" && name !== "tunl0");
  return nic?.addresses[0]?.address ?? "";
}

interface Asking {
  readonly count: number;
  readonly target: string;
  readonly port: number;
  readonly sources: readonly string[];
  readonly sourcePort: number;
  readonly same: boolean;
  asked: number;
  socket: number | undefined;
}

export const udpask: Program = {
  startUs: 75_000,
  run(process, reason, system) {
    if (reason.kind === "start") return startAsking(process, system);
    const memory = process.memory as Asking;
    if (reason.kind === "socket") return onAnswer(process, memory, system);
    if (reason.kind !== "timer") return;
    if (reason.key === "ask") return ask(process, memory, system);
    say(process, memory, "timed out", system);
  },
};

const USAGE = "usage: udpask N TARGET:PORT [--src A,B] [--sport P] [--same]\n";

function startAsking(process: Process, system: System): void {
  const words: string[] = [];
  const values = new Map<string, string>();
  const args = process.argv.slice(1);
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--same") values.set("same", "");
    else if (arg.startsWith("--")) values.set(arg.slice(2), args[++at] ?? "");
    else words.push(arg);
  }
  const [count = "", where = ""] = words;
  const [target = "", port = ""] = where.split(":");
  if (!/^\d+$/.test(count) || parseIp(target) === undefined || !/^\d+$/.test(port)) {
    write(system, process, 2, USAGE);
    return exitProcess(system, process, 2);
  }
  const memory: Asking = {
    count: Number(count),
    target,
    port: Number(port),
    sources: (values.get("src") ?? "").split(",").filter((each) => each !== ""),
    sourcePort: Number(values.get("sport") ?? 0),
    same: values.has("same"),
    asked: 0,
    socket: undefined,
  };
  process.memory = memory;
  ask(process, memory, system);
}

function ask(process: Process, memory: Asking, system: System): void {
  if (memory.asked >= memory.count) return exitProcess(system, process, 0);
  memory.asked++;
  const socket = socketFor(process, memory, system);
  if (typeof socket === "string") return say(process, memory, errorText(socket), system);
  const to = { destination: memory.target, port: memory.port };
  const failed = sendUdp(system, socket, to, `q${memory.asked - 1}`);
  if (failed !== undefined) return say(process, memory, errorText(failed), system);
  setTimer(system, process, "patience", system.sim.now + PATIENCE_US);
}

/** A new socket for each question, or one for all. */
function socketFor(process: Process, memory: Asking, system: System): UdpSocket | SocketError {
  if (!memory.same && memory.socket !== undefined) {
    closeSocket(system, memory.socket);
    memory.socket = undefined;
  }
  if (memory.socket === undefined) {
    const address = memory.sources[(memory.asked - 1) % Math.max(1, memory.sources.length)];
    const opened = openUdp(system, process, {
      ...(address !== undefined && { address }),
      ...(memory.sourcePort !== 0 && { port: memory.sourcePort }),
    });
    if ("error" in opened) return opened.error;
    memory.socket = opened.socket;
  }
  const socket = system.host.sockets.get(memory.socket);
  return socket?.kind === "udp" ? socket : "EADDRNOTAVAIL";
}

function onAnswer(process: Process, memory: Asking, system: System): void {
  const socket = system.host.sockets.get(memory.socket ?? 0);
  if (socket?.kind !== "udp") return;
  const { error } = socket;
  if (error !== undefined) {
    socket.error = undefined;
    return say(process, memory, errorText(error), system);
  }
  const answer = socket.received.shift();
  if (answer !== undefined) say(process, memory, `${answer.data} from ${answer.source}`, system);
}

function say(process: Process, memory: Asking, text: string, system: System): void {
  clearTimer(process, "patience");
  write(system, process, 1, `${String(memory.asked).padStart(2)} ${text}\n`);
  setTimer(system, process, "ask", system.sim.now + GAP_US);
}

/** As Python prints an OSError. */
function errorText(error: SocketError): string {
  const texts: Partial<Record<SocketError, string>> = {
    ECONNREFUSED: "[Errno 111] Connection refused",
    ENETUNREACH: "[Errno 101] Network is unreachable",
    EHOSTUNREACH: "[Errno 113] No route to host",
    EADDRINUSE: "[Errno 98] Address already in use",
    EADDRNOTAVAIL: "[Errno 99] Cannot assign requested address",
  };
  return texts[error] ?? error;
}
