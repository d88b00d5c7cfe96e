// Small programs: cat, seq, sleep, sysctl, hostname. Left out: options that nobody types here.
import { resolvePath } from "./directory.ts";
import { readFile } from "../host/files.ts";
import { getSysctl, setSysctl, sysctlNames } from "../host/sysctl.ts";
import { exitProcess, read, setTimer, write } from "../host/system.ts";
import { oneShot, type Output } from "./one-shot.ts";
import type { Program } from "./program.ts";

/** Files to standard output, or standard input when none is named. */
export const cat: Program = {
  startUs: 3_000,
  run(process, reason, system) {
    if (reason.kind !== "start" && reason.kind !== "readable") return;
    const paths = process.argv.slice(1).filter((word) => word !== "-");
    let code = 0;
    for (const path of paths) {
      const text = readFile(system.host, resolvePath(process.directory, path), system.sim);
      if (text === undefined) {
        write(system, process, 2, `cat: ${path}: No such file or directory\n`);
        code = 1;
      } else {
        write(system, process, 1, text);
      }
    }
    if (paths.length > 0) return exitProcess(system, process, code);
    const input = read(system, process, 0);
    if (input === "wait") return;
    write(system, process, 1, input.data);
    if (input.end) exitProcess(system, process, 0);
    else read(system, process, 0);
  },
};

/** `seq [FIRST [STEP]] LAST`. */
export const seq = oneShot(2_500, (args) => {
  const numbers = args.map(Number);
  const wrong = args.find((_, index) => Number.isNaN(numbers[index]));
  if (wrong !== undefined) {
    const help = "Try 'seq --help' for more information.\n";
    return { stderr: `seq: invalid floating point argument: ‘${wrong}’\n${help}`, code: 1 };
  }
  if (numbers.length === 0) {
    return { stderr: "seq: missing operand\nTry 'seq --help' for more information.\n", code: 1 };
  }
  const last = numbers.at(-1) ?? 0;
  const first = numbers.length > 1 ? (numbers[0] ?? 1) : 1;
  const step = numbers.length > 2 ? (numbers[1] ?? 1) : 1;
  const values: number[] = [];
  const limit = 100_000;
  for (let value = first; step > 0 ? value <= last : value >= last; value += step) {
    values.push(value);
    if (step === 0 || values.length >= limit) break;
  }
  return { stdout: values.map((value) => `${value}\n`).join("") };
});

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds, or with a unit; several add up. */
export const sleep: Program = {
  startUs: 1_500,
  run(process, reason, system) {
    if (reason.kind === "timer") return exitProcess(system, process, 0);
    if (reason.kind !== "start") return;
    let seconds = 0;
    for (const word of process.argv.slice(1)) {
      const match = /^(\d*\.?\d+)([smhd]?)$/.exec(word);
      if (match === null) {
        const help = "Try 'sleep --help' for more information.\n";
        write(system, process, 2, `sleep: invalid time interval ‘${word}’\n${help}`);
        return exitProcess(system, process, 1);
      }
      seconds += Number(match[1]) * (UNITS[match[2] ?? "s"] ?? 1);
    }
    setTimer(system, process, "sleep", system.sim.now + seconds * 1_000_000);
  },
};

/** `sysctl [-w] [-n] NAME[=VALUE] …` and `-a` (I209). */
export const sysctl = oneShot(8_000, (args, { host }) => {
  const flags = args.filter((arg) => arg.startsWith("-"));
  const words = args.filter((arg) => !arg.startsWith("-"));
  const namesOnly = flags.includes("-n");
  const outputs: Output[] = [];
  const show = (name: string): string => {
    const value = getSysctl(host, name) ?? "";
    return namesOnly ? `${value}\n` : `${name} = ${value}\n`;
  };
  if (flags.includes("-a")) return { stdout: sysctlNames(host).map(show).join("") };
  for (const word of words) {
    const [name = "", value] = word.replaceAll("/", ".").split(/=(.*)/s);
    if (value === undefined && flags.includes("-w")) {
      const stderr = `sysctl: "${word}" must be of the form name=value\n`;
      outputs.push({ stderr, code: 1 });
    } else if (getSysctl(host, name) === undefined) {
      const path = `/proc/sys/${name.replaceAll(".", "/")}`;
      const stderr = `sysctl: cannot stat ${path}: No such file or directory\n`;
      outputs.push({ stderr, code: 1 });
    } else if (value !== undefined && setSysctl(host, name, value) === "invalid") {
      const stderr = `sysctl: setting key "${name}": Invalid argument\n`;
      outputs.push({ stderr, code: 255 });
    } else {
      outputs.push({ stdout: show(name) });
    }
  }
  return {
    stdout: outputs.map(({ stdout = "" }) => stdout).join(""),
    stderr: outputs.map(({ stderr = "" }) => stderr).join(""),
    code: Math.max(0, ...outputs.map(({ code = 0 }) => code)),
  };
});

export const hostname = oneShot(2_000, (_args, { host }) => ({ stdout: `${host.name}\n` }));
