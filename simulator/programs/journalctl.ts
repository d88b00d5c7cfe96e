// journalctl: the log that the daemons wrote, as /var/log/messages has it too. Left out: output in
// other forms than short, cursors, boots before this one, fields beside the unit.
import { syslogLine } from "../host/files.ts";
import type { Host, LogLine } from "../host/host.ts";
import type { Process } from "../host/process.ts";
import { exitProcess, setTimer, write } from "../host/system.ts";
import type { Sim } from "../kernel/sim.ts";
import { formatDate } from "../host/format-date.ts";
import type { Program, System } from "./program.ts";
import { regularExpression } from "./regular-expression.ts";

/** How often `-f` looks. */
const FOLLOW_US = 100_000;
const USUAL_COUNT = 10;

interface Choice {
  /** "keepalived": its processes call themselves Keepalived, Keepalived_vrrp and so on. */
  readonly unit?: string | undefined;
  /** Microseconds of the world's time. */
  readonly since?: number | undefined;
  readonly pattern?: string | undefined;
  readonly most?: number | undefined;
}

/** "Nov 23 02:43:25 keepalived Keepalived[37]: Starting …", the oldest first. */
export function journalLines(host: Host, sim: Sim, choice: Choice): string[] {
  const pattern = choice.pattern && regularExpression(choice.pattern, "extended", "i");
  const lines: string[] = [];
  for (let line = host.log; line !== undefined; line = line.previous) {
    if (choice.since !== undefined && line.at < choice.since) break;
    if (!isOfUnit(line, choice.unit)) continue;
    if (pattern && !pattern.test(line.text)) continue;
    lines.push(syslogLine(host.name, line, sim.world.startEpoch).trimEnd());
    if (lines.length === choice.most) break;
  }
  return lines.reverse();
}

function isOfUnit({ identity }: LogLine, unit: string | undefined): boolean {
  if (unit === undefined) return true;
  const name = identity.toLowerCase();
  return name === unit || name.startsWith(`${unit}_`);
}

interface Follow {
  readonly choice: Choice;
  /** Up to here everything was shown. */
  at: number;
}

export const journalctl: Program = {
  startUs: 15_000,
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    if (reason.kind === "timer") follow(process, process.memory as Follow, system);
  },
};

interface Options {
  unit: string | undefined;
  count: number | undefined;
  follows: boolean;
  newestFirst: boolean;
  bare: boolean;
  since: number | undefined;
  pattern: string | undefined;
}

function start(process: Process, system: System): void {
  const { host, sim } = system;
  const options = readOptions(process.argv.slice(1), sim);
  if (typeof options === "string") {
    write(system, process, 2, options);
    return exitProcess(system, process, 1);
  }
  const { unit, since, pattern, follows } = options;
  const count = options.count ?? (follows ? USUAL_COUNT : undefined);
  const choice: Choice = { unit, since, pattern };
  const lines = journalLines(host, sim, { ...choice, most: count });
  if (options.newestFirst) lines.reverse();
  const shown = options.bare ? lines.map((line) => line.replace(/^.*?\]: /, "")) : lines;
  const text = shown.length > 0 || follows ? shown : ["-- No entries --"];
  write(system, process, 1, text.map((line) => `${line}\n`).join(""));
  if (!follows) return exitProcess(system, process, 0);
  process.memory = { choice, at: sim.now } satisfies Follow;
  setTimer(system, process, "look", sim.now + FOLLOW_US);
}

function follow(process: Process, memory: Follow, system: System): void {
  const { host, sim } = system;
  const lines = journalLines(host, sim, { ...memory.choice, since: memory.at + 1 });
  write(system, process, 1, lines.map((line) => `${line}\n`).join(""));
  memory.at = sim.now;
  setTimer(system, process, "look", sim.now + FOLLOW_US);
}

/** Long names and the short ones they stand for; those that take a value. */
const LONG: Readonly<Record<string, string>> = {
  unit: "u",
  lines: "n",
  follow: "f",
  since: "S",
  until: "U",
  grep: "g",
  identifier: "t",
  output: "o",
  reverse: "r",
  boot: "b",
  "pager-end": "e",
  catalog: "x",
  priority: "p",
};
const VALUES = "unSUgtop";
const PLAIN = "fbexrqak";

/** The options, or what is said of one that is not known. */
function readOptions(args: readonly string[], sim: Sim): Options | string {
  const options: Options = {
    unit: undefined,
    count: undefined,
    follows: false,
    newestFirst: false,
    bare: false,
    since: undefined,
    pattern: undefined,
  };
  const words = [...args];
  while (words.length > 0) {
    const word = words.shift() ?? "";
    if (word === "--no-pager" || word === "--no-hostname" || word === "--quiet") continue;
    const [name = "", given] = word.slice(2).split(/=(.*)/s);
    const long = word.startsWith("--");
    const letters = long ? (LONG[name] ?? "") : word.slice(1);
    if (!word.startsWith("-")) return `Failed to add match '${word}': Invalid argument\n`;
    if (letters === "") return `journalctl: unrecognized option '${word}'\n`;
    for (let i = 0; i < letters.length; i++) {
      const letter = letters[i] ?? "";
      const rest = long ? given : letters.slice(i + 1) || undefined;
      if (VALUES.includes(letter)) {
        // `-n` stands for ten lines when no number follows.
        const isAlone = letter === "n" && rest === undefined && !/^\+?\d+$/.test(words[0] ?? "");
        const value = isAlone ? String(USUAL_COUNT) : (rest ?? words.shift());
        if (value === undefined) return `journalctl: option requires an argument -- '${letter}'\n`;
        const complaint = take(options, letter, value, sim);
        if (complaint !== undefined) return complaint;
        break;
      }
      if (!PLAIN.includes(letter)) return `journalctl: invalid option -- '${letter}'\n`;
      if (letter === "f") options.follows = true;
      if (letter === "r") options.newestFirst = true;
      if (letter === "e") options.count ??= 1000;
    }
  }
  return options;
}

function take(options: Options, letter: string, value: string, sim: Sim): string | undefined {
  switch (letter) {
    case "u":
    case "t":
      options.unit = value.replace(/\.service$/, "").toLowerCase();
      return undefined;
    case "n":
      if (!/^\d+$/.test(value)) return `Failed to parse lines '${value}'\n`;
      options.count = Number(value);
      return undefined;
    case "S": {
      const at = momentOf(value, sim);
      if (at === undefined) return `Failed to parse timestamp: ${value}\n`;
      options.since = at;
      return undefined;
    }
    case "g":
      options.pattern = value;
      return undefined;
    case "o":
      options.bare = value === "cat";
      return undefined;
    default:
      return undefined;
  }
}

const SPANS: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3600,
  hour: 3600,
};

/** "-5min", "5 minutes ago", "02:43:30", "today", in microseconds of the world's time. */
function momentOf(text: string, sim: Sim): number | undefined {
  const span = /^(?:-(\d+) ?([a-z]+)|(\d+) ?([a-z]+?)(?:ute|ond)?s? ago)$/.exec(text);
  if (span !== null) {
    const unit = SPANS[span[2] ?? span[4] ?? ""];
    return unit === undefined ? undefined : sim.now - Number(span[1] ?? span[3]) * unit * 1_000_000;
  }
  if (text === "now") return sim.now;
  if (text === "today") return -Infinity;
  const clock = /^(?:(\d{4}-\d\d-\d\d)[ T])?(\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
  if (clock === null) return undefined;
  const epoch = sim.world.startEpoch;
  const today = formatDate(sim.now + epoch * 1_000_000, "%F");
  if (clock[1] !== undefined && clock[1] !== today) return clock[1] < today ? -Infinity : Infinity;
  const seconds = Number(clock[2]) * 3600 + Number(clock[3]) * 60 + Number(clock[4] ?? 0);
  return (seconds - (epoch % 86_400)) * 1_000_000;
}
