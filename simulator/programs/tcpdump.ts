// tcpdump 4.99.3 on one interface: it listens, and prints what passed in the second before.
// Left out: writing and reading capture files, hexadecimal dumps, name resolution.
import type { CapturedFrame, Nic } from "../host/host.ts";
import { civilDate } from "../host/files.ts";
import type { Process } from "../host/process.ts";
import { exitProcess, setTimer, write } from "../host/system.ts";
import { timerWheel } from "../kernel/wheel.ts";
import { type SeenConnections, tcpdumpLine } from "../wire/summary.ts";
import { type CaptureFilter, parseFilter, passesFilter } from "./capture-filter.ts";
import { readShortOptions } from "./options.ts";
import type { Program, System } from "./program.ts";

/** The kernel hands frames over once a second, late as its timers are (I231). */
const BLOCK_US = 1_000_000;
/** From the command to listening. */
const START_US = 58_000;

const OPTIONS = "aAbc:C:dDefF:G:hHi:IjJ:KlLm:M:nNOpqQ:r:s:StT:uUvV:w:W:xXyY:z:Z:";

interface Memory {
  readonly nics: readonly string[];
  readonly any: boolean;
  readonly filter: CaptureFilter;
  readonly link: boolean;
  readonly verbose: boolean;
  readonly quietTime: number;
  readonly most: number;
  readonly seen: SeenConnections;
  printed: number;
  received: number;
  previous: number;
}

export const tcpdump: Program = {
  startUs: START_US,
  signals: ["SIGINT", "SIGTERM"],
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    const memory = process.memory as Memory;
    if (reason.kind === "signal") return stop(process, memory, system);
    if (reason.kind !== "timer") return;
    printWaiting(process, memory, system);
    if (process.ended !== undefined) return;
    setTimer(system, process, "block", timerWheel(system.sim.now, BLOCK_US));
  },
};

function start(process: Process, system: System): void {
  const options = readShortOptions("tcpdump", process.argv.slice(1), OPTIONS);
  if ("complaint" in options) return fail(process, system, options.complaint);
  const { flags, values, rest } = options;
  if (values.has("w") || values.has("r")) {
    return fail(process, system, "tcpdump: capture files are not kept in this lab\n");
  }
  const filter = parseFilter(rest.join(" "));
  if (filter === undefined) {
    const text = "can't parse filter expression: syntax error";
    return fail(process, system, `tcpdump: ${text}\n`);
  }
  const name = values.get("i") ?? firstNic(system);
  const any = name === "any";
  const { nics } = system.host;
  if (!any && !nics.has(name)) {
    const text = `tcpdump: ${name}: No such device exists\n(No such device exists)\n`;
    return fail(process, system, text);
  }
  const letters = process.argv.slice(1).filter((arg) => /^-[a-zA-Z]+$/.test(arg));
  const count = (letter: string): number => letters.join("").split(letter).length - 1;
  const memory: Memory = {
    nics: any ? [...nics.keys()] : [name],
    any,
    filter,
    link: flags.has("e"),
    verbose: flags.has("v"),
    quietTime: count("t"),
    most: Number(values.get("c") ?? Infinity),
    seen: new Map(),
    printed: 0,
    received: 0,
    previous: 0,
  };
  process.memory = memory;
  for (const each of memory.nics) nics.get(each)?.rings.set(process.pid, []);
  const type = any ? "LINUX_SLL2 (Linux cooked v2)" : "EN10MB (Ethernet)";
  const listening = `listening on ${name}, link-type ${type}, snapshot length 262144 bytes\n`;
  const hint = "verbose output suppressed, use -v[v]... for full protocol decode\n";
  const first = any ? "tcpdump: data link type LINUX_SLL2\n" : "";
  const text = memory.verbose ? `tcpdump: ${listening}` : `tcpdump: ${hint}${listening}`;
  write(system, process, 2, first + text);
  setTimer(system, process, "block", timerWheel(system.sim.now, BLOCK_US));
}

function fail(process: Process, system: System, text: string): void {
  write(system, process, 2, text);
  exitProcess(system, process, 1);
}

function firstNic({ host }: System): string {
  return [...host.nics.values()].find(({ name, up }) => name !== "lo" && up)?.name ?? "lo";
}

/** What waits in the interfaces' rings, in the order in which it passed. */
function takeWaiting(process: Process, memory: Memory, { host }: System): Seen[] {
  const seen: Seen[] = [];
  for (const name of memory.nics) {
    const nic = host.nics.get(name);
    const ring = nic?.rings.get(process.pid);
    if (nic === undefined || ring === undefined) continue;
    for (const each of ring) {
      if (passesFilter(memory.filter, each.frame)) seen.push({ nic, ...each });
    }
    nic.rings.set(process.pid, []);
  }
  return seen.sort((a, b) => a.at - b.at);
}

interface Seen extends CapturedFrame {
  readonly nic: Nic;
}

function printWaiting(process: Process, memory: Memory, system: System): void {
  for (const seen of takeWaiting(process, memory, system)) {
    memory.received++;
    if (memory.printed >= memory.most) continue;
    memory.printed++;
    write(system, process, 1, `${lineOf(seen, memory, system)}\n`);
  }
  if (memory.printed >= memory.most) finish(process, memory, system);
}

function lineOf({ at, frame, way, nic }: Seen, memory: Memory, system: System): string {
  const { link, verbose, seen } = memory;
  const line = tcpdumpLine(frame, { link, verbose }, seen);
  const where = memory.any ? `${nic.name.padEnd(5)} ${way === "in" ? "In " : "Out"} ` : "";
  const time = timeText(at, memory, system);
  memory.previous = at;
  return `${time}${where}${line}`;
}

/** `-t` none, `-tt` seconds since 1970, `-ttt` since the line before, `-tttt` with the date. */
function timeText(at: number, { quietTime, previous, printed }: Memory, system: System): string {
  const epoch = system.sim.world.startEpoch;
  const micros = String(at % 1_000_000).padStart(6, "0");
  const clock = (us: number): string => {
    const seconds = Math.floor(us / 1_000_000) % 86_400;
    const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
    const rest = String(us % 1_000_000).padStart(6, "0");
    return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}.${rest}`;
  };
  switch (quietTime) {
    case 0:
      return `${clock(epoch * 1_000_000 + at)} `;
    case 1:
      return "";
    case 2:
      return `${epoch + Math.floor(at / 1_000_000)}.${micros} `;
    case 3:
    case 5:
      return ` ${clock(printed === 1 ? 0 : at - previous)} `;
    default: {
      const { year, month, day } = civilDate(Math.floor((epoch + at / 1_000_000) / 86_400));
      const two = (value: number): string => String(value).padStart(2, "0");
      return `${year}-${two(month)}-${two(day)} ${clock(epoch * 1_000_000 + at)} `;
    }
  }
}

/** Stopped by a signal: frames not handed over yet count as received, but are not printed. */
function stop(process: Process, memory: Memory, system: System): void {
  memory.received += takeWaiting(process, memory, system).length;
  // It may have been in the middle of a line.
  write(system, process, 1, "\n");
  finish(process, memory, system);
}

function finish(process: Process, memory: Memory, system: System): void {
  for (const name of memory.nics) system.host.nics.get(name)?.rings.delete(process.pid);
  const { printed, received } = memory;
  const plural = (count: number): string => `${count} packet${count === 1 ? "" : "s"}`;
  write(
    system,
    process,
    2,
    `${plural(printed)} captured\n${plural(received)} received by filter\n` +
      "0 packets dropped by kernel\n",
  );
  exitProcess(system, process, 0);
}
