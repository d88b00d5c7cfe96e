// arping (iputils 20221126): ARP questions and all their answers (I206). After the first answer it
// asks only the host that answered last.
import type { Process } from "../host/process.ts";
import { openPacket } from "../host/raw.ts";
import { selectSource } from "../host/route.ts";
import { exitProcess, setTimer, write } from "../host/system.ts";
import { BROADCAST_MAC, type Ip, type Mac, parseIp } from "../wire/address.ts";
import type { Program, System } from "./program.ts";

const INTERVAL_US = 1_000_000;

interface Memory {
  readonly target: Ip;
  readonly source: Ip;
  readonly nic: string;
  readonly count: number;
  readonly socket: number;
  readonly broadcastOnly: boolean;
  readonly unsolicited: boolean;
  to: Mac;
  sentAt: number;
  sent: number;
  broadcasts: number;
  received: number;
}

export const arping: Program = {
  startUs: 8_000,
  signals: ["SIGINT"],
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    const memory = process.memory as Memory;
    if (reason.kind === "socket") return receive(process, memory, system);
    if (reason.kind === "signal") return finish(process, memory, system);
    if (reason.kind !== "timer") return;
    if (memory.sent < memory.count) probe(process, memory, system);
    else finish(process, memory, system);
  },
};

function start(process: Process, system: System): void {
  const { host } = system;
  const values = new Map<string, string>();
  let target = "";
  const words = process.argv.slice(1);
  while (words.length > 0) {
    const word = words.shift() ?? "";
    if (["-c", "-I", "-w", "-s"].includes(word)) values.set(word, words.shift() ?? "");
    else if (word.startsWith("-")) values.set(word, "");
    else target = word;
  }
  const nicName = values.get("-I") ?? [...host.nics.keys()].find((name) => name !== "lo") ?? "";
  const nic = host.nics.get(nicName);
  const complaint =
    nic === undefined
      ? `arping: Device ${nicName} not available.\n`
      : parseIp(target) === undefined
        ? `arping: ${target === "" ? "usage error" : `${target}: Name or service not known`}\n`
        : undefined;
  if (nic === undefined || complaint !== undefined) {
    write(system, process, 2, complaint ?? "");
    return exitProcess(system, process, 2);
  }
  const unsolicited = values.has("-U") || values.has("-A");
  const own = values.get("-s") ?? selectSource(host, nic, target) ?? "0.0.0.0";
  process.memory = {
    target,
    source: unsolicited ? target : own,
    nic: nicName,
    count: Number(values.get("-c") ?? Infinity),
    socket: openPacket(system, process, nicName),
    broadcastOnly: values.has("-b"),
    unsolicited,
    to: BROADCAST_MAC,
    sentAt: 0,
    sent: 0,
    broadcasts: 0,
    received: 0,
  } satisfies Memory;
  write(system, process, 1, `ARPING ${target} from ${unsolicited ? target : own} ${nicName}\n`);
  probe(process, process.memory as Memory, system);
}

function probe(process: Process, memory: Memory, system: System): void {
  const { host, sim } = system;
  const nic = host.nics.get(memory.nic);
  if (nic === undefined) return finish(process, memory, system);
  memory.sent++;
  if (memory.to === BROADCAST_MAC) memory.broadcasts++;
  memory.sentAt = sim.now;
  sim.transmit(host, nic, {
    source: nic.mac,
    destination: memory.to,
    payload: {
      protocol: "arp",
      operation: "request",
      senderMac: nic.mac,
      senderIp: memory.source,
      targetMac: memory.to,
      targetIp: memory.target,
    },
  });
  setTimer(system, process, "next", sim.now + INTERVAL_US);
}

function receive(process: Process, memory: Memory, system: System): void {
  const socket = system.host.sockets.get(memory.socket);
  if (socket?.kind !== "packet") return;
  const frames = socket.received;
  socket.received = [];
  const mac = system.host.nics.get(memory.nic)?.mac;
  for (const { packet, destination } of frames) {
    const answersUs = packet.operation === "reply" && packet.senderIp === memory.target;
    if (!answersUs || memory.unsolicited) continue;
    memory.received++;
    const kind = destination === mac ? "Unicast" : "Broadcast";
    const time = ((system.sim.now - memory.sentAt) / 1000).toFixed(3);
    const shown = packet.senderMac.toUpperCase();
    write(system, process, 1, `${kind} reply from ${memory.target} [${shown}]  ${time}ms\n`);
    if (!memory.broadcastOnly) memory.to = packet.senderMac;
  }
}

function finish(process: Process, memory: Memory, system: System): void {
  const { sent, broadcasts, received, unsolicited } = memory;
  write(system, process, 1, `Sent ${sent} probes (${broadcasts} broadcast(s))\n`);
  write(system, process, 1, `Received ${received} response(s)\n`);
  exitProcess(system, process, unsolicited || received === sent ? 0 : 1);
}
