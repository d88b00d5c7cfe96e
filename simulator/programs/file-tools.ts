// Files and directories: ls, touch, rm, mv, cp, mkdir. Left out: owners, links, permissions.
import type { Host } from "../host/host.ts";
import { removeFile, syslogDate, tellWatchers, writeFile } from "../host/files.ts";
import { readFile } from "../host/read-file.ts";
import { formatDate } from "../host/format-date.ts";
import { isDirectory, listDirectory, resolvePath } from "./directory.ts";
import { type Call, immediate, type Output } from "./immediate.ts";
import { readShortOptions } from "./options.ts";
import { tryHelp } from "./text-tools.ts";

/** Recorded: `touch` and `rm` take 10.2 ms with their shell; `cp` before a reload, less. */
const START_US = 2_500;
const TOUCH_US = 7_000;

export const ls = immediate(START_US, (call) => {
  const { host, args, process } = call;
  const options = readShortOptions("ls", args, "laA1dhtrS");
  if ("complaint" in options) return { stderr: options.complaint + tryHelp("ls"), code: 2 };
  const { flags, rest } = options;
  const names = rest.length === 0 ? ["."] : rest;
  let stderr = "";
  const blocks: string[] = [];
  for (const name of names) {
    const path = resolvePath(process.directory, name);
    if (isDirectory(host, path) && !flags.has("d")) {
      const entries = listDirectory(host, path).filter(
        (each) => flags.has("a") || flags.has("A") || !each.startsWith("."),
      );
      const heading = names.length > 1 ? `${name}:\n` : "";
      const total = flags.has("l") ? `total ${entries.length * 4}\n` : "";
      const lines = entries.map((each) => lsLine(call, resolvePath(path, each), each, flags));
      blocks.push(heading + total + lines.join(""));
    } else if (readFile(host, path, call.sim) !== undefined || isDirectory(host, path)) {
      blocks.push(lsLine(call, path, name, flags));
    } else {
      stderr += `ls: cannot access '${name}': No such file or directory\n`;
    }
  }
  const gap = blocks.some((block) => block.includes(":\n")) ? "\n" : "";
  return { stdout: blocks.join(gap), stderr, code: stderr === "" ? 0 : 2 };
});

/** "-rw-r--r-- 1 root root   14 Nov 23 02:51 index.html" */
function lsLine(
  { host, sim }: Call,
  path: string,
  name: string,
  flags: ReadonlySet<string>,
): string {
  if (!flags.has("l")) return `${name}\n`;
  const file = host.files.get(path);
  const date = syslogDate(file?.modified ?? sim.world.startEpoch).slice(0, -3);
  const isDir = isDirectory(host, path);
  const mode = isDir ? "drwxr-xr-x" : modeText(file?.mode ?? 0o644);
  const size = isDir ? 4096 : (file?.content.length ?? 0);
  return `${mode} ${isDir ? 2 : 1} root root ${String(size).padStart(5)} ${date} ${name}\n`;
}

function modeText(mode: number): string {
  const bits = [6, 3, 0].map((shift) => {
    const three = (mode >> shift) & 7;
    return `${three & 4 ? "r" : "-"}${three & 2 ? "w" : "-"}${three & 1 ? "x" : "-"}`;
  });
  return `-${bits.join("")}`;
}

export const touch = immediate(TOUCH_US, (call) => {
  const names = call.args.filter((arg) => !arg.startsWith("-"));
  if (names.length === 0) {
    return { stderr: `touch: missing file operand\n${tryHelp("touch")}`, code: 1 };
  }
  return each(names, (name) => {
    const path = resolvePath(call.process.directory, name);
    if (!hasParent(call.host, path)) {
      return `touch: cannot touch '${name}': No such file or directory\n`;
    }
    writeFile(call, path, call.host.files.get(path)?.content ?? "");
    return "";
  });
});

export const rm = immediate(TOUCH_US, (call) => {
  const options = readShortOptions("rm", call.args, "rRfiv");
  if ("complaint" in options) return { stderr: options.complaint + tryHelp("rm"), code: 1 };
  const { flags, rest } = options;
  if (rest.length === 0 && !flags.has("f")) {
    return { stderr: `rm: missing operand\n${tryHelp("rm")}`, code: 1 };
  }
  return each(rest, (name) => {
    const path = resolvePath(call.process.directory, name);
    if (unlink(call, path)) return "";
    if (isDirectory(call.host, path)) {
      if (!flags.has("r") && !flags.has("R")) {
        return `rm: cannot remove '${name}': Is a directory\n`;
      }
      for (const file of [...call.host.files.keys()]) {
        if (file.startsWith(`${path}/`)) unlink(call, file);
      }
      return "";
    }
    return flags.has("f") ? "" : `rm: cannot remove '${name}': No such file or directory\n`;
  });
});

function unlink({ host, sim }: Call, path: string): boolean {
  if (!removeFile(host, path)) return false;
  tellWatchers(host, path, sim);
  return true;
}

export const cp = immediate(START_US, (call) => transfer("cp", call, false));
export const mv = immediate(START_US, (call) => transfer("mv", call, true));

function transfer(program: "cp" | "mv", call: Call, removes: boolean): Output {
  const { host, process, sim } = call;
  const names = call.args.filter((arg) => !arg.startsWith("-"));
  const target = names.at(-1);
  if (names.length < 2 || target === undefined) {
    const message =
      names[0] === undefined
        ? `${program}: missing file operand\n`
        : `${program}: missing destination file operand after '${names[0]}'\n`;
    return { stderr: message + tryHelp(program), code: 1 };
  }
  const verb = program === "cp" ? "copy" : "move";
  return each(names.slice(0, -1), (name) => {
    const from = resolvePath(process.directory, name);
    const content = readFile(host, from, sim);
    const to = resolvePath(process.directory, target);
    if (content === undefined) {
      if (isDirectory(host, from)) {
        const isWhole = removes || call.args.some((arg) => /^-\w*[rRa]/.test(arg));
        if (!isWhole) return `cp: -r not specified; omitting directory '${name}'\n`;
        transferAll(call, from, to, removes);
        return "";
      }
      return `${program}: cannot stat '${name}': No such file or directory\n`;
    }
    const path = isDirectory(host, to)
      ? resolvePath(to, from.slice(from.lastIndexOf("/") + 1))
      : to;
    if (!hasParent(host, path)) {
      return program === "cp"
        ? `cp: cannot create regular file '${target}': No such file or directory\n`
        : `mv: cannot ${verb} '${name}' to '${target}': No such file or directory\n`;
    }
    const record = host.files.get(from);
    writeFile(call, path, content);
    // Moved files keep their time and mode, copies the mode.
    const written = host.files.get(path);
    if (record !== undefined && written !== undefined) {
      const modified = removes ? record.modified : written.modified;
      host.files.set(path, Object.freeze({ ...written, modified, mode: record.mode }));
    }
    if (removes) unlink(call, from);
    return "";
  });
}

/** A directory with all below it; into the target when that is one already. */
function transferAll({ host }: Call, from: string, to: string, removes: boolean): void {
  const target = isDirectory(host, to)
    ? resolvePath(to, from.slice(from.lastIndexOf("/") + 1))
    : to;
  for (const [path, file] of [...host.files]) {
    if (!path.startsWith(`${from}/`)) continue;
    host.files.set(target + path.slice(from.length), file);
    if (removes) removeFile(host, path);
  }
}

export const mkdir = immediate(START_US, (call) => {
  const options = readShortOptions("mkdir", call.args, "pvm:");
  if ("complaint" in options) return { stderr: options.complaint + tryHelp("mkdir"), code: 1 };
  const { flags, rest } = options;
  return each(rest, (name) => {
    const path = resolvePath(call.process.directory, name);
    const isThere = isDirectory(call.host, path) || call.host.files.has(path);
    if (isThere) {
      return flags.has("p") ? "" : `mkdir: cannot create directory '${name}': File exists\n`;
    }
    if (!flags.has("p") && !hasParent(call.host, path)) {
      return `mkdir: cannot create directory '${name}': No such file or directory\n`;
    }
    // A directory without files is kept by an entry of its own.
    writeFile(call, `${path}/.`, "");
    return "";
  });
});

function each(names: readonly string[], work: (name: string) => string): Output {
  const stderr = names.map(work).join("");
  return { stderr, code: stderr === "" ? 0 : 1 };
}

function hasParent(host: Host, path: string): boolean {
  return isDirectory(host, path.slice(0, path.lastIndexOf("/")) || "/");
}

/** `date [+FORMAT]`, in UTC as the machines are. */
export const date = immediate(START_US, ({ args, sim }) => {
  const usual = args.includes("-R") ? "%a, %d %b %Y %T +0000" : "%a %b %e %H:%M:%S UTC %Y";
  const format = args.find((arg) => arg.startsWith("+"))?.slice(1) ?? usual;
  const at = args.findIndex((arg) => arg === "-d" || arg === "--date");
  const given = at < 0 ? undefined : (args[at + 1] ?? "");
  const epoch = given === undefined ? undefined : /^@(\d+)$/.exec(given)?.[1];
  if (given !== undefined && given !== "now" && epoch === undefined) {
    return { stderr: `date: invalid date ‘${given}’\n`, code: 1 };
  }
  const now = sim.world.startEpoch * 1_000_000 + sim.now;
  const us = epoch === undefined ? now : Number(epoch) * 1_000_000;
  return { stdout: `${formatDate(us, format)}\n` };
});
