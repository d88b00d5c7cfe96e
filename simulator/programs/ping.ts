// ping (iputils 20221126): echo requests at the kernel's pace, and the summary (I211, I231).
import type { Process } from "../host/process.ts";
import { nextPacketId, sendIpv4 } from "../host/ip-output.ts";
import { openRaw } from "../host/raw.ts";
import { routeTo } from "../host/route.ts";
import { exitProcess, setTimer, write } from "../host/system.ts";
import { timerWheel } from "../kernel/wheel.ts";
import { type Ip, parseIp } from "../wire/address.ts";
import type { Program, System } from "./program.ts";

const DATA_BYTES = 56;
/** How long the last answer is waited for without -W. */
const WAIT_US = 10_000_000;

interface Memory {
  readonly target: Ip;
  readonly source: Ip;
  readonly identifier: number;
  readonly count: number;
  readonly intervalUs: number;
  readonly waitUs: number;
  readonly quiet: boolean;
  readonly socket: number;
  readonly startedAt: number;
  /** When each request left, by sequence number. */
  readonly sentAt: Map<number, number>;
  sent: number;
  readonly roundTripsUs: number[];
  errors: number;
}

export const ping: Program = {
  startUs: 5_000,
  signals: ["SIGINT"],
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    const memory = process.memory as Memory;
    if (reason.kind === "timer" && reason.key === "next") return sendNext(process, memory, system);
    if (reason.kind === "socket") return receive(process, memory, system);
    if (reason.kind === "timer" || reason.kind === "signal") finish(process, memory, system);
  },
};

function start(process: Process, system: System): void {
  const { host, sim } = system;
  const { values, target, complaint } = parse(process.argv.slice(1));
  if (complaint !== undefined) {
    write(system, process, 2, complaint);
    return exitProcess(system, process, 2);
  }
  const source = values.get("-I");
  const named = source === undefined ? undefined : host.nics.get(source)?.addresses[0]?.address;
  const from = named ?? source ?? routeTo(host, target)?.source;
  if (from === undefined) {
    write(system, process, 2, "ping: connect: Network is unreachable\n");
    return exitProcess(system, process, 2);
  }
  process.memory = {
    target,
    source: from,
    identifier: process.pid & 0xffff,
    count: Number(values.get("-c") ?? Infinity),
    intervalUs: Number(values.get("-i") ?? 1) * 1_000_000,
    waitUs: values.has("-W") ? Number(values.get("-W")) * 1_000_000 : WAIT_US,
    quiet: values.has("-q"),
    socket: openRaw(system, process, { protocol: "icmp" }),
    startedAt: sim.now,
    sentAt: new Map(),
    sent: 0,
    roundTripsUs: [],
    errors: 0,
  } satisfies Memory;
  const sizes = `${DATA_BYTES}(${DATA_BYTES + 28}) bytes of data.`;
  write(system, process, 1, `PING ${target} (${target}) ${sizes}\n`);
  sendNext(process, process.memory as Memory, system);
}

function parse(args: readonly string[]): {
  values: Map<string, string>;
  target: Ip;
  complaint?: string;
} {
  const values = new Map<string, string>();
  let target = "";
  const words = [...args];
  while (words.length > 0) {
    const word = words.shift() ?? "";
    if (/^-[cWiIwst]$/.test(word)) values.set(word, words.shift() ?? "");
    else if (/^-[cWiIwst]./.test(word)) values.set(word.slice(0, 2), word.slice(2));
    else if (word.startsWith("-")) values.set(word, "");
    else target = word;
  }
  if (target === "") {
    return { values, target, complaint: "ping: usage error: Destination address required\n" };
  }
  if (parseIp(target) === undefined) {
    return { values, target, complaint: `ping: ${target}: Name or service not known\n` };
  }
  return { values, target };
}

function sendNext(process: Process, memory: Memory, system: System): void {
  const { host, sim } = system;
  const sequence = ++memory.sent;
  memory.sentAt.set(sequence, sim.now);
  const { source, target, identifier } = memory;
  const packet = {
    protocol: "ipv4",
    source,
    destination: target,
    ttl: 64,
    tos: 0,
    id: nextPacketId(host, source, target, sim),
    dontFragment: true,
    payload: {
      protocol: "icmp",
      type: "echo-request",
      identifier,
      sequence,
      data: "\0".repeat(DATA_BYTES),
    },
  } as const;
  sendIpv4(host, packet, sim);
  if (sequence < memory.count) {
    setTimer(system, process, "next", timerWheel(sim.now, memory.intervalUs));
  } else {
    setTimer(system, process, "wait", sim.now + memory.waitUs);
  }
}

function receive(process: Process, memory: Memory, system: System): void {
  const socket = system.host.sockets.get(memory.socket);
  if (socket?.kind !== "raw") return;
  const packets = socket.received;
  socket.received = [];
  for (const { payload, source, ttl } of packets) {
    if (payload.protocol !== "icmp" || payload.type !== "echo-reply") continue;
    const sentAt = memory.sentAt.get(payload.sequence);
    if (payload.identifier !== memory.identifier || sentAt === undefined) continue;
    const time = system.sim.now - sentAt;
    memory.roundTripsUs.push(time);
    const text = `64 bytes from ${source}: icmp_seq=${payload.sequence} ttl=${ttl}`;
    if (!memory.quiet) write(system, process, 1, `${text} time=${ms(time)} ms\n`);
  }
  if (memory.roundTripsUs.length >= memory.count) finish(process, memory, system);
}

function finish(process: Process, memory: Memory, system: System): void {
  const { sent, roundTripsUs, startedAt, target } = memory;
  const received = roundTripsUs.length;
  const loss = Math.floor((100 * (sent - received)) / Math.max(1, sent));
  const time = Math.round((system.sim.now - startedAt) / 1000);
  const counts = `${sent} packets transmitted, ${received} received, ${loss}% packet loss`;
  write(system, process, 1, `\n--- ${target} ping statistics ---\n`);
  write(system, process, 1, `${counts}, time ${time}ms\n`);
  if (received > 0) write(system, process, 1, `rtt min/avg/max/mdev = ${spread(roundTripsUs)} ms\n`);
  else write(system, process, 1, "\n");
  exitProcess(system, process, received > 0 ? 0 : 1);
}

function spread(times: readonly number[]): string {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const square = times.reduce((sum, time) => sum + time * time, 0) / times.length;
  const deviation = Math.sqrt(Math.max(0, square - mean * mean));
  return [Math.min(...times), mean, Math.max(...times), deviation].map(ms).join("/");
}

function ms(us: number): string {
  return (us / 1000).toFixed(3);
}
