// Processes: ps, pgrep, pkill, pidof, sleep, timeout, and the small seq, hostname, which.
// Left out: users, terminals, states and sizes of processes.
import type { Host } from "../host/host.ts";
import { syslogDate, writeFile } from "../host/files.ts";
import type { Process, Signal } from "../host/process.ts";
import {
  exitProcess,
  killProcess,
  setTimer,
  signalNumber,
  type System,
  write,
} from "../host/system.ts";
import { finish, immediate, type Output } from "./immediate.ts";
import { readShortOptions } from "./options.ts";
import { pathOf } from "./paths.ts";
import type { Program } from "./program.ts";
import { regularExpression } from "./regular-expression.ts";
import { nameOfHost } from "./small-tools.ts";
import { startCommand } from "./start-command.ts";
import { parseSignal } from "./signals.ts";
import { tryHelp } from "./text-tools.ts";

/** What `ps` shows as the command's name: the program without its path. */
function nameOf({ argv, program }: Process): string {
  if (program === "nginx") return program;
  const first = argv[0] ?? program;
  return first.slice(first.lastIndexOf("/") + 1);
}

const COLUMNS: Readonly<
  Record<string, { title: string; width: number; value: (process: Process, at: string) => string }>
> = {
  pid: { title: "PID", width: 5, value: ({ pid }) => String(pid) },
  ppid: { title: "PPID", width: 5, value: ({ parent }) => String(parent) },
  user: { title: "USER", width: -8, value: () => "root" },
  stime: { title: "STIME", width: 5, value: (_process, at) => at },
  tty: { title: "TT", width: -8, value: () => "?" },
  time: { title: "TIME", width: 8, value: () => "00:00:00" },
  comm: { title: "COMMAND", width: -15, value: nameOf },
  args: { title: "COMMAND", width: 0, value: ({ argv }) => argv.join(" ") },
  cmd: { title: "CMD", width: 0, value: ({ argv }) => argv.join(" ") },
};

/** `ps`, `ps -ef`, `ps aux`, `ps -eo pid,ppid,args`. */
export const ps = immediate(12_000, ({ host, sim, args, process }) => {
  const words = args.join(" ");
  const startedAt = (each: Process): string =>
    syslogDate(sim.world.startEpoch + Math.floor(each.startedAt / 1_000_000)).slice(7, 12);
  const custom = /-e?A?o\s*(\S+)/.exec(words)?.[1];
  const processes = [...host.processes.values()].sort((a, b) => a.pid - b.pid);
  const named = /-C\s*(\S+)/.exec(words)?.[1];
  if (named !== undefined) {
    const wanted = processes.filter((each) => named.split(",").includes(nameOf(each)));
    const output =
      custom === undefined
        ? { stdout: plainTable(wanted) }
        : customTable(wanted, custom.split(","), startedAt);
    return { ...output, code: wanted.length > 0 ? 0 : 1 };
  }
  if (/^-?\w*u/.test(words) && /a|x/.test(words)) {
    return { stdout: USER_HEAD + processes.map((each) => userRow(each, startedAt(each))).join("") };
  }
  if (custom !== undefined) return customTable(processes, custom.split(","), startedAt);
  if (/-\w*f/.test(words)) {
    const rows = processes.map((each) => {
      const ids = `${String(each.pid).padStart(5)} ${String(each.parent).padStart(5)}`;
      return `root     ${ids}  0 ${startedAt(each)} ?        00:00:00 ${each.argv.join(" ")}\n`;
    });
    return { stdout: `UID        PID  PPID  C STIME TTY          TIME CMD\n${rows.join("")}` };
  }
  const isAll = /-[eA]|a|x/.test(words);
  const shown = isAll ? processes : processes.filter((each) => isNear(each, process));
  return { stdout: plainTable(shown) };
});

function plainTable(processes: readonly Process[]): string {
  const rows = processes.map(
    (each) => `${String(each.pid).padStart(5)} ?        00:00:00 ${nameOf(each)}\n`,
  );
  return `  PID TTY          TIME CMD\n${rows.join("")}`;
}

const USER_HEAD = "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n";

/** A line of `ps aux`; what a process uses is not modelled. */
function userRow(each: Process, at: string): string {
  const state = each.frozen ? "T " : "S ";
  const start = `root     ${String(each.pid).padStart(7)}  0.0  0.0      0     0 ?        ${state}`;
  return `${start}   ${at}   0:00 ${each.argv.join(" ")}\n`;
}

function isNear(each: Process, own: Process): boolean {
  return each.pid === own.pid || each.pid === own.parent || each.parent === own.parent;
}

function customTable(
  processes: readonly Process[],
  names: readonly string[],
  startedAt: (process: Process) => string,
): Output {
  const columns = names.map((name) => COLUMNS[name.replace("=", "")]);
  const unknown = names.find((_, i) => columns[i] === undefined);
  if (unknown !== undefined) {
    return { stderr: `error: unknown user-defined format specifier "${unknown}"\n`, code: 1 };
  }
  const cell = (text: string, width: number): string =>
    width < 0 ? text.padEnd(-width) : text.padStart(width);
  const line = (text: (column: NonNullable<(typeof columns)[number]>) => string): string =>
    columns
      .map((column) => (column === undefined ? "" : cell(text(column), column.width)))
      .join(" ")
      .trimEnd() + "\n";
  const head = names.every((name) => name.endsWith("=")) ? "" : line(({ title }) => title);
  const rows = processes.map((each) => line(({ value }) => value(each, startedAt(each))));
  return { stdout: head + rows.join("") };
}

export const pidof = immediate(5_500, ({ host, args, process }) => {
  const names = args.filter((arg) => !arg.startsWith("-"));
  const found = [...host.processes.values()]
    .filter((each) => each.pid !== process.pid && names.includes(nameOf(each)))
    .map(({ pid }) => pid)
    .sort((a, b) => b - a);
  if (found.length === 0) return { code: 1 };
  const shown = args.includes("-s") ? found.slice(0, 1) : found;
  return { stdout: `${shown.join(" ")}\n` };
});

/** `killall [-SIGNAL | -s SIGNAL] [-q] NAME …`: every process of these names; signal 0 only asks. */
export const killall: Program = {
  startUs: 3_000,
  run(process, reason, system) {
    if (reason.kind !== "start") return;
    let wanted = "TERM";
    const names: string[] = [];
    const words = process.argv.slice(1);
    const isQuiet = words.includes("-q");
    for (let word = words.shift(); word !== undefined; word = words.shift()) {
      if (word === "-s") wanted = words.shift() ?? "";
      else if (/^-(SIG)?([A-Z]\w+|\d+)$/.test(word)) wanted = word.slice(1);
      else if (!word.startsWith("-")) names.push(word);
    }
    const signal = wanted === "0" ? undefined : parseSignal(wanted);
    if (signal === undefined && wanted !== "0") {
      const stderr = `${wanted}: unknown signal; killall -l lists signals.\n`;
      return finish(system, process, { stderr, code: 1 });
    }
    const missing = names.filter((name) => {
      const found = [...system.host.processes.values()].filter(
        (each) => each.pid !== process.pid && nameOf(each) === name,
      );
      if (signal !== undefined) for (const { pid } of found) killProcess(system, pid, signal);
      return found.length === 0;
    });
    const stderr = isQuiet ? "" : missing.map((name) => `${name}: no process found\n`).join("");
    finish(system, process, { stderr, code: missing.length > 0 || names.length === 0 ? 1 : 0 });
  },
};

export const pgrep = immediate(3_000, ({ host, args, process }) => {
  const options = readShortOptions("pgrep", args, "xfnolac");
  if ("complaint" in options) return { stderr: options.complaint, code: 2 };
  const found = matching(host, process, options);
  if (typeof found === "string") return { stderr: `pgrep: ${found}\n`, code: 2 };
  const { flags } = options;
  if (flags.has("c")) return { stdout: `${found.length}\n`, code: found.length > 0 ? 0 : 1 };
  const lines = found.map((each) => {
    if (flags.has("a")) return `${each.pid} ${each.argv.join(" ")}\n`;
    return flags.has("l") ? `${each.pid} ${nameOf(each)}\n` : `${each.pid}\n`;
  });
  return { stdout: lines.join(""), code: found.length > 0 ? 0 : 1 };
});

/** Processes whose name (with -f: whole command line) matches; a complaint when nothing is asked. */
function matching(
  host: Host,
  own: Process,
  { flags, rest }: { flags: ReadonlySet<string>; rest: readonly string[] },
): Process[] | string {
  const [pattern] = rest;
  if (pattern === undefined) return "no matching criteria specified";
  const whole = flags.has("x") ? `^(${pattern})$` : pattern;
  const expression = regularExpression(whole, "extended");
  if (expression === undefined) return `invalid pattern: ${pattern}`;
  const found = [...host.processes.values()]
    .filter((each) => each.pid !== own.pid)
    .filter((each) => expression.test(flags.has("f") ? each.argv.join(" ") : nameOf(each)))
    .sort((a, b) => a.pid - b.pid);
  if (flags.has("n")) return found.slice(-1);
  return flags.has("o") ? found.slice(0, 1) : found;
}

export const pkill: Program = {
  startUs: 3_000,
  run(process, reason, system) {
    if (reason.kind !== "start") return;
    let signal: Signal | undefined = "SIGTERM";
    const words: string[] = [];
    for (const word of process.argv.slice(1)) {
      const named = /^-(?:SIG)?([A-Z]\w*|\d+)$/.exec(word)?.[1];
      if (named !== undefined) signal = parseSignal(named);
      else words.push(word);
    }
    if (signal === undefined) {
      return finish(system, process, { stderr: "pkill: invalid signal specification\n", code: 2 });
    }
    const options = readShortOptions("pkill", words, "xfnoe");
    if ("complaint" in options) {
      return finish(system, process, { stderr: options.complaint, code: 2 });
    }
    const found = matching(system.host, process, options);
    if (typeof found === "string") {
      return finish(system, process, { stderr: `pkill: ${found}\n`, code: 2 });
    }
    for (const { pid } of found) killProcess(system, pid, signal);
    finish(system, process, { code: found.length > 0 ? 0 : 1 });
  },
};

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** "2", "0.5", "1m" in microseconds. */
function duration(text: string): number | undefined {
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (UNITS[match[2] || "s"] ?? 1) * 1_000_000;
}

/** Several times add up. Its timer is precise (I231). */
export const sleep: Program = {
  startUs: 1_500,
  run(process, reason, system) {
    if (reason.kind === "timer") return exitProcess(system, process, 0);
    if (reason.kind !== "start") return;
    const words = process.argv.slice(1);
    const times = words.map(duration);
    const wrong = words.filter((_, i) => times[i] === undefined);
    if (words.length === 0 || wrong.length > 0) {
      const said =
        wrong.map((word) => `sleep: invalid time interval ‘${word}’\n`).join("") ||
        "sleep: missing operand\n";
      return finish(system, process, { stderr: said + tryHelp("sleep"), code: 1 });
    }
    const total = times.reduce<number>((sum, time) => sum + (time ?? 0), 0);
    setTimer(system, process, "sleep", system.sim.now + total);
  },
};

/** `timeout [-s SIGNAL] DURATION COMMAND …`: status 124 when the time was up. */
export const timeout: Program = {
  startUs: 2_000,
  signals: ["SIGINT", "SIGTERM", "SIGCHLD"],
  run(process, reason, system) {
    switch (reason.kind) {
      case "start":
        return startTimeout(process, system);
      case "timer":
        (process.memory as Timeout).isUp = true;
        return void killProcess(
          system,
          (process.memory as Timeout).child,
          (process.memory as Timeout).signal,
        );
      case "signal":
        if (reason.signal === "SIGCHLD") return;
        return void killProcess(system, (process.memory as Timeout).child, reason.signal);
      case "child": {
        const own = reason.signal === undefined ? reason.code : 128 + signalNumber(reason.signal);
        return exitProcess(system, process, (process.memory as Timeout).isUp ? 124 : own);
      }
    }
  },
};

interface Timeout {
  readonly child: number;
  readonly signal: Signal;
  isUp: boolean;
}

function startTimeout(process: Process, system: System): void {
  const words = process.argv.slice(1);
  let signal: Signal | undefined = "SIGTERM";
  if (words[0] === "-s" || words[0] === "-k") {
    if (words[0] === "-s") signal = parseSignal(words[1] ?? "");
    words.splice(0, 2);
  } else if (words[0]?.startsWith("-") === true) {
    signal = parseSignal((words.shift() ?? "").slice(1));
  }
  const [time, ...argv] = words;
  const us = duration(time ?? "");
  const [name] = argv;
  if (us === undefined || name === undefined || signal === undefined) {
    const said = name === undefined ? "missing operand" : `invalid time interval ‘${time ?? ""}’`;
    const stderr = `timeout: ${said}\n${tryHelp("timeout")}`;
    return finish(system, process, { stderr, code: 125 });
  }
  const started = startCommand(system, process, argv);
  if ("reason" in started) {
    const stderr = `timeout: failed to run command ‘${name}’: ${started.reason}\n`;
    return finish(system, process, { stderr, code: started.status });
  }
  process.memory = { child: started.pid, signal, isUp: false } satisfies Timeout;
  if (us > 0) setTimer(system, process, "time", system.sim.now + us);
}

/** More than this many numbers are not printed. */
const MOST_NUMBERS = 100_000;

export const seq: Program = {
  startUs: 2_500,
  run(process, reason, system) {
    if (reason.kind !== "start") return;
    const words = process.argv.slice(1);
    let [separator, isPadded] = ["\n", false];
    while (/^-[ws]/.test(words[0] ?? "")) {
      const option = words.shift() ?? "";
      if (option === "-w") isPadded = true;
      else separator = option.length > 2 ? option.slice(2) : (words.shift() ?? "");
    }
    const numbers = words.map(Number);
    const wrong = words.find((word, i) => word.trim() === "" || Number.isNaN(numbers[i]));
    if (wrong !== undefined || words.length === 0) {
      const said =
        wrong === undefined ? "missing operand" : `invalid floating point argument: ‘${wrong}’`;
      return finish(system, process, { stderr: `seq: ${said}\n${tryHelp("seq")}`, code: 1 });
    }
    const last = numbers.at(-1) ?? 0;
    const first = numbers.length > 1 ? (numbers[0] ?? 1) : 1;
    const step = numbers.length > 2 ? (numbers[1] ?? 1) : 1;
    if (step === 0) {
      const stderr = `seq: invalid Zero increment value: ‘${words[1]}’\n${tryHelp("seq")}`;
      return finish(system, process, { stderr, code: 1 });
    }
    const count = Math.min(MOST_NUMBERS, Math.max(0, Math.floor((last - first) / step + 1e-9) + 1));
    const digits = Math.max(...words.map((word) => (word.split(".")[1] ?? "").length));
    const lines = Array.from({ length: count }, (_, i) => (first + i * step).toFixed(digits));
    const width = isPadded ? Math.max(...lines.map((line) => line.length)) : 0;
    const text = lines.map((line) => line.padStart(width, "0")).join(separator);
    write(system, process, 1, lines.length === 0 ? "" : `${text}\n`);
    exitProcess(system, process, 0);
  },
};

export const hostname = immediate(2_500, (call) => {
  const { host, args } = call;
  const name = args.find((arg) => !arg.startsWith("-"));
  if (name !== undefined) {
    writeFile(call, "/etc/hostname", `${name}\n`);
    return {};
  }
  if (!args.includes("-I")) return { stdout: `${nameOfHost(call)}\n` };
  const addresses = [...host.nics.values()]
    .filter((nic) => nic.name !== "lo")
    .flatMap((nic) => nic.addresses.map((own) => `${own.address} `));
  return { stdout: `${addresses.join("")}\n` };
});

export const which = immediate(2_500, ({ args }) => {
  const found = args.map(pathOf);
  const stdout = found.map((path) => (path === undefined ? "" : `${path}\n`)).join("");
  return { stdout, code: found.includes(undefined) ? 1 : 0 };
});

/** `true` and `false` as files, for those who start programs without a shell. */
export const succeed = immediate(1_000, () => ({}));
export const fail = immediate(1_000, () => ({ code: 1 }));
