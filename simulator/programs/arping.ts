// arping of iputils: ARP requests for one address, and who answers (I206). After the first reply it
// asks that MAC address alone, so only the first probe shows all owners of an address.
// Left out: `-i` (its interval is one second).
import type { Process } from "../host/process.ts";
import { openPacket } from "../host/raw.ts";
import { selectSource } from "../host/route.ts";
import type { Nic } from "../host/host.ts";
import { exitProcess, setTimer, write } from "../host/system.ts";
import { BROADCAST_MAC, isGroupMac, type Mac, parseIp } from "../wire/address.ts";
import type { ArpPacket } from "../wire/arp.ts";
import { readShortOptions, secondsToUs } from "./options.ts";
import type { Program, System } from "./program.ts";

const INTERVAL_US = 1_000_000;

interface Memory {
  readonly target: string;
  readonly source: string;
  readonly nic: string;
  readonly socket: number;
  readonly count: number | undefined;
  readonly kind: "ask" | "gratuitous-request" | "gratuitous-reply" | "duplicate";
  readonly staysBroadcast: boolean;
  readonly endsAtFirst: boolean;
  readonly quiet: boolean;
  /** Where the next probe goes. */
  destination: Mac;
  sent: number;
  broadcasts: number;
  received: number;
  lastSentAt: number;
}

interface Context {
  readonly process: Process;
  readonly system: System;
  readonly memory: Memory;
}

export const arping: Program = {
  startUs: 3_000,
  signals: ["SIGINT"],
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    const context = { process, system, memory: process.memory as Memory };
    switch (reason.kind) {
      case "timer":
        return reason.key === "deadline" ? finish(context) : probe(context);
      case "signal":
        return finish(context);
      case "socket":
        return receive(context);
      default:
        return;
    }
  },
};

const USAGE = "\nUsage:\n  arping [options] <destination>\n";

function start(process: Process, system: System): void {
  const { host, sim } = system;
  const read = readShortOptions("arping", process.argv.slice(1), "c:w:I:s:UADbfqV");
  if ("complaint" in read) return quit(process, system, read.complaint + USAGE);
  const { flags, values, rest } = read;
  const [target] = rest;
  if (target === undefined) return quit(process, system, USAGE);
  if (parseIp(target) === undefined) {
    return quit(process, system, `arping: ${target}: Name or service not known\n`);
  }
  const nic = chooseNic(system, values.get("I"));
  if (typeof nic === "string") return quit(process, system, nic);
  const unsolicited = flags.has("U") || flags.has("A");
  const usual = flags.has("D") ? "0.0.0.0" : unsolicited ? target : selectSource(host, nic, target);
  const source = values.get("s") ?? usual ?? "0.0.0.0";
  const count = values.get("c");
  const memory: Memory = {
    target,
    source,
    nic: nic.name,
    socket: openPacket(system, process, nic.name),
    count: count === undefined ? undefined : Number(count),
    kind: kindOf(flags),
    staysBroadcast: flags.has("b") || unsolicited,
    endsAtFirst: flags.has("f") || flags.has("D"),
    quiet: flags.has("q"),
    destination: BROADCAST_MAC,
    sent: 0,
    broadcasts: 0,
    received: 0,
    lastSentAt: sim.now,
  };
  process.memory = memory;
  const context = { process, system, memory };
  say(context, `ARPING ${target} from ${source} ${nic.name}\n`);
  const deadline = secondsToUs(values.get("w"));
  if (deadline !== undefined) setTimer(system, process, "deadline", sim.now + deadline);
  probe(context);
}

function kindOf(flags: ReadonlySet<string>): Memory["kind"] {
  if (flags.has("D")) return "duplicate";
  if (flags.has("A")) return "gratuitous-reply";
  return flags.has("U") ? "gratuitous-request" : "ask";
}

/** The interface asked for, or the only one there is; else what arping says. */
function chooseNic({ host }: System, name: string | undefined): Nic | string {
  const usable = [...host.nics.values()].filter((nic) => nic.name !== "lo" && nic.arp);
  if (name === undefined) {
    const [only, other] = usable;
    if (only !== undefined && other === undefined) return only;
    return "arping: Suitable device could not be determined. Please, use option -I.\n";
  }
  const nic = host.nics.get(name);
  if (nic === undefined) return `arping: Device ${name} not available.\n`;
  if (!nic.up) return `arping: Interface "${name}" is down\n`;
  return nic.arp && name !== "lo" ? nic : `arping: Interface "${name}" is not ARPable\n`;
}

/** The next probe, or the end when all have been sent and had their second. */
function probe(context: Context): void {
  const { process, system, memory } = context;
  if (memory.count !== undefined && memory.sent >= memory.count) return finish(context);
  const { host, sim } = system;
  const nic = host.nics.get(memory.nic);
  if (nic === undefined) return finish(context);
  const packet: ArpPacket = {
    protocol: "arp",
    operation: memory.kind === "gratuitous-reply" ? "reply" : "request",
    senderMac: nic.mac,
    senderIp: memory.source,
    targetMac: memory.kind === "gratuitous-reply" ? nic.mac : memory.destination,
    targetIp: memory.target,
  };
  memory.sent++;
  if (isGroupMac(memory.destination)) memory.broadcasts++;
  memory.lastSentAt = sim.now;
  sim.transmit(host, nic, { source: nic.mac, destination: memory.destination, payload: packet });
  setTimer(system, process, "interval", sim.now + INTERVAL_US);
}

function receive(context: Context): void {
  const { process, system, memory } = context;
  const socket = system.host.sockets.get(memory.socket);
  if (socket?.kind !== "packet") return;
  const frames = socket.received;
  socket.received = [];
  for (const { packet, destination } of frames) {
    if (process.ended !== undefined || !isAnswer(system, memory, packet)) continue;
    memory.received++;
    const way = isGroupMac(destination) ? "Broadcast" : "Unicast";
    const took = ((system.sim.now - memory.lastSentAt) / 1000).toFixed(3);
    const mac = packet.senderMac.toUpperCase();
    say(context, `${way} ${packet.operation} from ${packet.senderIp} [${mac}]  ${took}ms\n`);
    if (!memory.staysBroadcast) memory.destination = packet.senderMac;
    if (memory.endsAtFirst) finish(context);
  }
}

function isAnswer({ host }: System, memory: Memory, packet: ArpPacket): boolean {
  if (packet.senderIp !== memory.target) return false;
  if (memory.kind === "duplicate") return packet.senderMac !== host.nics.get(memory.nic)?.mac;
  return packet.targetIp === memory.source && packet.targetMac === host.nics.get(memory.nic)?.mac;
}

function finish(context: Context): void {
  const { process, system, memory } = context;
  const { sent, broadcasts, received, kind } = memory;
  say(
    context,
    `Sent ${sent} probes (${broadcasts} broadcast(s))\nReceived ${received} response(s)\n`,
  );
  exitProcess(system, process, exitStatus(kind, sent, received));
}

function exitStatus(kind: Memory["kind"], sent: number, received: number): number {
  if (kind === "duplicate") return received > 0 ? 1 : 0;
  if (kind !== "ask") return 0;
  return sent === received ? 0 : 1;
}

function say({ process, system, memory }: Context, text: string): void {
  if (!memory.quiet) write(system, process, 1, text);
}

function quit(process: Process, system: System, stderr: string): void {
  write(system, process, 2, stderr);
  exitProcess(system, process, 2);
}
