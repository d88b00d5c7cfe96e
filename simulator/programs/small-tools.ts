// Small programs that say who and where one is, and take paths apart: id, whoami, uptime,
// hostnamectl, basename, dirname, chmod, find. Left out: users beside root.
import { writeFile } from "../host/files.ts";
import { readFile } from "../host/read-file.ts";
import { getSysctl } from "../host/sysctl.ts";
import { isDirectory, listDirectory, resolvePath } from "./directory.ts";
import { formatDate } from "../host/format-date.ts";
import { type Call, immediate, type Output } from "./immediate.ts";
import { tryHelp } from "./text-tools.ts";

const START_US = 2_000;

export const id = immediate(START_US, ({ args }) => {
  if (args.includes("-u") || args.includes("-g")) return { stdout: "0\n" };
  if (args.includes("-un") || args.includes("-gn")) return { stdout: "root\n" };
  return { stdout: "uid=0(root) gid=0(root) groups=0(root)\n" };
});

export const whoami = immediate(START_US, () => ({ stdout: "root\n" }));

export const uptime = immediate(START_US, ({ sim }) => {
  const at = formatDate(sim.world.startEpoch * 1_000_000 + sim.now, "%T");
  const minutes = Math.floor(sim.now / 60_000_000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const up = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
  return { stdout: ` ${at} up ${up},  1 user,  load average: 0.00, 0.00, 0.00\n` };
});

/** The name in /etc/hostname, which `hostname` prints too. */
export function nameOfHost({ host, sim }: Pick<Call, "host" | "sim">): string {
  return readFile(host, "/etc/hostname", sim)?.trim() ?? host.name;
}

export const hostnamectl = immediate(20_000, (call) => {
  const [verb = "status", name] = call.args.filter((arg) => !arg.startsWith("-"));
  if (verb === "set-hostname" || (verb === "hostname" && name !== undefined)) {
    if (name === undefined) return { stderr: "Too few arguments.\n", code: 1 };
    writeFile(call, "/etc/hostname", `${name}\n`);
    return {};
  }
  if (verb === "hostname") return { stdout: `${nameOfHost(call)}\n` };
  if (verb !== "status") return { stderr: `Unknown command verb ${verb}.\n`, code: 1 };
  const rows = [
    ["Static hostname", nameOfHost(call)],
    ["Operating System", "Debian GNU/Linux 12 (bookworm)"],
    ["Kernel", `Linux ${getSysctl(call.host, "kernel.osrelease") ?? ""}`],
    ["Architecture", "x86-64"],
  ];
  return { stdout: rows.map(([key = "", value]) => `${key.padStart(16)}: ${value}\n`).join("") };
});

export const basename = immediate(START_US, ({ args }) => {
  const [path, suffix = ""] = args;
  if (path === undefined) {
    return { stderr: `basename: missing operand\n${tryHelp("basename")}`, code: 1 };
  }
  const name = path.replace(/(.)\/+$/, "$1").replace(/^.*\/(?=.)/, "");
  const isShorter = suffix !== "" && name.endsWith(suffix) && name !== suffix;
  return { stdout: `${isShorter ? name.slice(0, -suffix.length) : name}\n` };
});

export const dirname = immediate(START_US, ({ args }) => {
  const [path] = args;
  if (path === undefined) {
    return { stderr: `dirname: missing operand\n${tryHelp("dirname")}`, code: 1 };
  }
  const plain = path.replace(/(.)\/+$/, "$1");
  const slash = plain.lastIndexOf("/");
  return { stdout: `${slash < 0 ? "." : plain.slice(0, Math.max(1, slash))}\n` };
});

const WHO: Readonly<Record<string, number>> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 };
const BITS: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, X: 0o111 };

/** "755", "+x", "u=rw,go-w" from the mode before; undefined when it is no mode. */
function changedMode(before: number, text: string): number | undefined {
  if (/^[0-7]{3,4}$/.test(text)) return parseInt(text, 8) & 0o777;
  let mode = before;
  for (const clause of text.split(",")) {
    const match = /^([ugoa]*)([-+=])([rwxX]*)$/.exec(clause);
    if (match === null) return undefined;
    const [, who = "", sign = "", letters = ""] = match;
    // Without a letter for whom, the umask keeps others from writing.
    const all = who === "" ? (letters.includes("w") && sign === "+" ? 0o755 : 0o777) : 0;
    const mask = [...who].reduce((sum, letter) => sum | (WHO[letter] ?? 0), all);
    const bits = [...letters].reduce((sum, letter) => sum | (BITS[letter] ?? 0), 0) & mask;
    if (sign === "+") mode |= bits;
    else if (sign === "-") mode &= ~bits;
    else mode = (mode & ~mask) | bits;
  }
  return mode;
}

export const chmod = immediate(START_US, ({ host, process, args }) => {
  const [text, ...names] = args.filter((arg) => !/^-[Rvcf]+$/.test(arg));
  if (text === undefined || names.length === 0) {
    const after = text === undefined ? "missing operand" : `missing operand after ‘${text}’`;
    return { stderr: `chmod: ${after}\n${tryHelp("chmod")}`, code: 1 };
  }
  let stderr = "";
  for (const name of names) {
    const path = resolvePath(process.directory, name);
    const file = host.files.get(path);
    const mode = changedMode(file?.mode ?? 0o644, text);
    if (mode === undefined) {
      return { stderr: `chmod: invalid mode: ‘${text}’\n${tryHelp("chmod")}`, code: 1 };
    }
    if (file !== undefined) host.files.set(path, Object.freeze({ ...file, mode }));
    else if (!isDirectory(host, path)) {
      stderr += `chmod: cannot access '${name}': No such file or directory\n`;
    }
  }
  return { stderr, code: stderr === "" ? 0 : 1 };
});

/** `find [DIRECTORY …] [-name PATTERN] [-type f|d]`. */
export const find = immediate(START_US, (call): Output => {
  const at = call.args.findIndex((arg) => arg.startsWith("-"));
  const places = at < 0 ? call.args : call.args.slice(0, at);
  const tests = at < 0 ? [] : call.args.slice(at);
  let pattern = /(?:)/;
  let type = "fd";
  for (let i = 0; i < tests.length; i += 2) {
    const [test = "", value] = tests.slice(i, i + 2);
    if (test !== "-name" && test !== "-type") {
      return { stderr: `find: unknown predicate \`${test}'\n`, code: 1 };
    }
    if (value === undefined) return { stderr: `find: missing argument to \`${test}'\n`, code: 1 };
    if (test === "-type") type = value;
    else pattern = globExpression(value);
  }
  let stderr = "";
  const found: string[] = [];
  for (const place of places.length === 0 ? ["."] : places) {
    const path = resolvePath(call.process.directory, place);
    const isThere = isDirectory(call.host, path) || call.host.files.has(path);
    if (isThere) walk(call, path, place, found);
    else stderr += `find: ‘${place}’: No such file or directory\n`;
  }
  const lines = found.filter((shown) => {
    const path = resolvePath(call.process.directory, shown);
    const kind = isDirectory(call.host, path) ? "d" : "f";
    return type.includes(kind) && pattern.test(shown.slice(shown.lastIndexOf("/") + 1));
  });
  const stdout = lines.map((line) => `${line}\n`).join("");
  return { stdout, stderr, code: stderr === "" ? 0 : 1 };
});

/** The files in a directory and all below it, as named from there; a file is itself. */
export function filesUnder(call: Call, name: string): string[] {
  const found: string[] = [];
  walk(call, resolvePath(call.process.directory, name), name, found);
  return found.filter((each) => !isDirectory(call.host, resolvePath(call.process.directory, each)));
}

function walk(call: Call, path: string, shown: string, found: string[]): void {
  found.push(shown);
  if (!isDirectory(call.host, path)) return;
  for (const name of listDirectory(call.host, path)) {
    if (name === "." || name === "") continue;
    walk(call, resolvePath(path, name), `${shown.replace(/\/$/, "")}/${name}`, found);
  }
}

/** A name's pattern: `*`, `?` and brackets. */
function globExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}
