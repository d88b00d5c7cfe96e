// ping of iputils: echo requests, replies, errors, statistics. Its interval is a kernel timer and
// rings late on the wheel (I231); `-w` and the last wait are precise.
// Left out: flood, record route, timestamps, `-p`.
import type { Process, Wake } from "../host/process.ts";
import { openRaw } from "../host/raw.ts";
import { exitProcess, readFile, setTimer, write } from "../host/system.ts";
import { isLocalAddress, routeTo } from "../host/route.ts";
import { nextPacketId, sendIpv4 } from "../host/ip-output.ts";
import { timerWheel } from "../kernel/wheel.ts";
import { parseIp } from "../wire/address.ts";
import type { IcmpEcho, IcmpError, IcmpMessage } from "../wire/icmp.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import { resolveName } from "./curl-options.ts";
import { type PingOptions, readPingOptions } from "./ping-options.ts";
import type { Program, System } from "./program.ts";

interface Memory {
  readonly options: PingOptions;
  readonly address: string;
  readonly source: string;
  readonly socket: number;
  readonly startedAt: number;
  transmitted: number;
  received: number;
  errors: number;
  duplicates: number;
  lastSentAt: number;
  /** When each unanswered request was sent; answered ones are 0. */
  readonly sentAt: Map<number, number>;
  readonly times: number[];
  pipe: number;
  /** An answer has come since the last request: the next one confirms the neighbour. */
  hasHeard: boolean;
}

interface Context {
  readonly process: Process;
  readonly system: System;
  readonly memory: Memory;
}

export const ping: Program = {
  startUs: 4_000,
  signals: ["SIGINT", "SIGQUIT"],
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    hear({ process, system, memory: process.memory as Memory }, reason);
  },
};

function start(process: Process, system: System): void {
  const { host, sim } = system;
  const options = readPingOptions(process.argv.slice(1));
  if ("complaint" in options) return quit(process, system, options.complaint, options.code);
  const { target } = options;
  const address = resolveName(target, readFile(host, "/etc/hosts", sim) ?? "");
  if (address === undefined) {
    return quit(process, system, `ping: ${target}: Name or service not known\n`, 2);
  }
  const { from } = options;
  const nic = from === undefined ? undefined : host.nics.get(from);
  if (from !== undefined && nic === undefined && parseIp(from) === undefined) {
    return quit(process, system, `ping: unknown iface: ${from}\n`, 2);
  }
  if (from !== undefined && nic === undefined && !isLocalAddress(host, from)) {
    return quit(process, system, "ping: bind: Cannot assign requested address\n", 2);
  }
  const source = nic?.addresses[0]?.address ?? from ?? routeTo(host, address)?.source;
  if (source === undefined) {
    return quit(process, system, "ping: connect: Network is unreachable\n", 2);
  }
  const origin = from === undefined ? "" : ` from ${source} ${nic?.name ?? ""}:`;
  const size = `${options.size}(${options.size + 28}) bytes of data.`;
  write(system, process, 1, `PING ${target} (${address})${origin} ${size}\n`);
  const socket = openRaw(system, process, { protocol: "icmp" });
  const memory: Memory = {
    options,
    address,
    source,
    socket,
    startedAt: sim.now,
    transmitted: 0,
    received: 0,
    errors: 0,
    duplicates: 0,
    lastSentAt: sim.now,
    sentAt: new Map(),
    times: [],
    pipe: 0,
    hasHeard: false,
  };
  process.memory = memory;
  if (options.deadlineUs !== undefined) {
    setTimer(system, process, "deadline", sim.now + options.deadlineUs);
  }
  sendRequest({ process, system, memory });
}

function hear(context: Context, reason: Wake): void {
  const { memory } = context;
  switch (reason.kind) {
    case "timer":
      if (reason.key !== "interval") return finish(context);
      return sendRequest(context);
    case "signal":
      return finish(context);
    case "socket":
      if (reason.socket === memory.socket) receive(context);
      return;
    default:
      return;
  }
}

function sendRequest(context: Context): void {
  const { process, system, memory } = context;
  const { host, sim } = system;
  const { options, address, source } = memory;
  if (options.outstanding && memory.transmitted > 0 && isUnanswered(memory, memory.transmitted)) {
    write(system, process, 1, `no answer yet for icmp_seq=${memory.transmitted}\n`);
  }
  const sequence = ++memory.transmitted;
  memory.sentAt.set(sequence, sim.now);
  memory.lastSentAt = sim.now;
  const packet: Ipv4Packet = {
    protocol: "ipv4",
    source,
    destination: address,
    ttl: options.ttl,
    tos: 0,
    id: nextPacketId(host, source, address, sim),
    dontFragment: true,
    payload: {
      protocol: "icmp",
      type: "echo-request",
      identifier: process.pid & 0xffff,
      sequence: sequence & 0xffff,
      data: "\0".repeat(options.size),
    },
  };
  // iputils sends with MSG_CONFIRM what follows an answer; so does TCP what follows an ACK (I59).
  sendIpv4(host, packet, sim, { confirmed: memory.hasHeard });
  memory.hasHeard = false;
  if (options.count !== undefined && memory.transmitted >= options.count) return linger(context);
  setTimer(system, process, "interval", timerWheel(sim.now, options.intervalUs));
}

function isUnanswered({ sentAt }: Memory, sequence: number): boolean {
  return sentAt.get(sequence) !== 0;
}

/** After the last request: as long as answers may still come (iputils `schedule_exit`). */
function linger({ process, system, memory }: Context): void {
  const { options, received, times } = memory;
  if (options.deadlineUs !== undefined) return;
  const longest = Math.max(0, ...times);
  const waitUs = received > 0 ? Math.max(2 * longest, options.intervalUs) : options.lingerUs;
  setTimer(system, process, "linger", system.sim.now + waitUs);
}

function receive(context: Context): void {
  const { process, system, memory } = context;
  const socket = system.host.sockets.get(memory.socket);
  if (socket?.kind !== "raw") return;
  const packets = socket.received;
  socket.received = [];
  for (const packet of packets) {
    if (packet.payload.protocol === "icmp") readMessage(context, packet, packet.payload);
  }
  const { count } = memory.options;
  const heard = memory.received + memory.errors;
  if (process.ended === undefined && count !== undefined && heard >= count) finish(context);
}

function readMessage(context: Context, packet: Ipv4Packet, message: IcmpMessage): void {
  const { process } = context;
  const identifier = process.pid & 0xffff;
  if (isEcho(message)) {
    const isOurs = message.type === "echo-reply" && message.identifier === identifier;
    if (isOurs) readReply(context, packet, message.sequence);
    return;
  }
  const { payload: quoted } = message.quoted;
  if (quoted.protocol !== "icmp" || quoted.type !== "echo-request") return;
  if (quoted.identifier === identifier) readError(context, packet.source, message, quoted.sequence);
}

function readReply(
  { process, system, memory }: Context,
  packet: Ipv4Packet,
  sequence: number,
): void {
  const sentAt = memory.sentAt.get(sequence);
  if (sentAt === undefined) return;
  memory.hasHeard = true;
  const isDuplicate = sentAt === 0;
  const elapsed = isDuplicate ? system.sim.now - memory.lastSentAt : system.sim.now - sentAt;
  if (isDuplicate) memory.duplicates++;
  else memory.received++;
  if (!isDuplicate) memory.times.push(elapsed);
  memory.sentAt.set(sequence, 0);
  memory.pipe = Math.max(memory.pipe, memory.transmitted - sequence + 1);
  if (memory.options.quiet) return;
  const name = memory.options.target;
  const from = name === memory.address ? packet.source : `${name} (${packet.source})`;
  const size = `${memory.options.size + 8} bytes from ${from}`;
  const end = `ttl=${packet.ttl} time=${formatTime(elapsed)} ms${isDuplicate ? " (DUP!)" : ""}`;
  write(system, process, 1, `${size}: icmp_seq=${sequence} ${end}\n`);
}

/** "0.065", "1.23", "12.3", "123": iputils prints fewer digits the longer it took. */
export function formatTime(us: number): string {
  if (us < 1_000) return (us / 1_000).toFixed(3);
  const digits = us < 10_000 ? 2 : us < 100_000 ? 1 : 0;
  const unit = 10 ** (3 - digits);
  return (Math.floor(us / unit) / 10 ** digits).toFixed(digits);
}

function isEcho(message: IcmpMessage): message is IcmpEcho {
  return message.type === "echo-request" || message.type === "echo-reply";
}

const UNREACHABLE = ["Net", "Host", "Protocol", "Port"];

function readError(
  { process, system, memory }: Context,
  source: string,
  message: IcmpError,
  sequence: number,
): void {
  if (message.type === "redirect") {
    const text = `From ${source}: icmp_seq=${sequence} Redirect Host(New nexthop: ${message.gateway})`;
    write(system, process, 1, `${text}\n`);
    return;
  }
  memory.errors++;
  memory.pipe = Math.max(memory.pipe, memory.transmitted - sequence + 1);
  if (memory.options.quiet) return;
  const text =
    message.type === "time-exceeded"
      ? "Time to live exceeded"
      : message.code === 4
        ? `Frag needed and DF set (mtu = ${message.mtu ?? 0})`
        : `Destination ${UNREACHABLE[message.code] ?? "Host"} Unreachable`;
  write(system, process, 1, `From ${source} icmp_seq=${sequence} ${text}\n`);
}

function finish({ process, system, memory }: Context): void {
  write(system, process, 1, statistics(memory));
  const { options, received } = memory;
  const isShort =
    options.deadlineUs !== undefined && options.count !== undefined && received < options.count;
  exitProcess(system, process, received === 0 || isShort ? 1 : 0);
}

function statistics(memory: Memory): string {
  const { options, transmitted, received, errors, duplicates, times } = memory;
  const loss = Number((((transmitted - received) * 100) / transmitted).toPrecision(6));
  const span = Math.round((memory.lastSentAt - memory.startedAt) / 1000);
  const counts = [`${transmitted} packets transmitted`, `${received} received`];
  if (duplicates > 0) counts.push(`+${duplicates} duplicates`);
  if (errors > 0) counts.push(`+${errors} errors`);
  counts.push(`${loss}% packet loss`, `time ${span}ms`);
  const pipe = memory.pipe > 1 ? `pipe ${memory.pipe}` : "";
  const last = [times.length > 0 ? roundTrips(times) : "", pipe].filter((part) => part !== "");
  return `\n--- ${options.target} ping statistics ---\n${counts.join(", ")}\n${last.join(", ")}\n`;
}

function roundTrips(times: readonly number[]): string {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const square = times.reduce((sum, time) => sum + time * time, 0) / times.length;
  const deviation = Math.sqrt(Math.max(0, square - mean * mean));
  const values = [Math.min(...times), mean, Math.max(...times), deviation];
  const texts = values.map((us) => (Math.floor(us) / 1000).toFixed(3));
  return `rtt min/avg/max/mdev = ${texts.join("/")} ms`;
}

function quit(process: Process, system: System, stderr: string, code: number): void {
  write(system, process, 2, stderr);
  exitProcess(system, process, code);
}
