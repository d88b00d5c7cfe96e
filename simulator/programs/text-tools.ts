// Text tools that print what they are given: cat, wc, sort, uniq, cut, tr, tee.
// Left out: what nobody types in a lesson (locales, byte ranges, `sort -m`).
import { writeFile } from "../host/files.ts";
import { readFile } from "../host/read-file.ts";
import type { Process } from "../host/process.ts";
import { read, write } from "../host/system.ts";
import { resolvePath } from "./directory.ts";
import { type Call, finish, immediate, NEEDS_INPUT, type Output } from "./immediate.ts";
import { readShortOptions } from "./options.ts";
import type { Program, System } from "./program.ts";

export interface Source {
  readonly name: string;
  readonly text: string;
}

export interface Sources {
  readonly found: readonly Source[];
  /** "cat: x: No such file or directory", one line a file. */
  readonly stderr: string;
}

/** The named files, or standard input without any; undefined while that has not been read. */
export function openSources(
  program: string,
  call: Call,
  names: readonly string[],
  cannot = "",
): Sources | undefined {
  const wanted = names.length === 0 ? ["-"] : names;
  const found: Source[] = [];
  let stderr = "";
  for (const name of wanted) {
    if (name === "-") {
      if (call.input === undefined) return undefined;
      found.push({ name: "standard input", text: call.input });
      continue;
    }
    const path = resolvePath(call.process.directory, name);
    const text = readFile(call.host, path, call.sim);
    if (text === undefined) stderr += `${program}: ${cannot}${name}: No such file or directory\n`;
    else found.push({ name, text });
  }
  return { found, stderr };
}

/** Lines without their ends; a last line without one counts too. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

/** The whole lines that standard input has by now; `memory.rest` keeps one that is not whole. */
export function readLines(
  system: System,
  process: Process,
  memory: { rest: string },
): { readonly lines: string[]; readonly end: boolean } | "wait" {
  const taken = read(system, process, 0);
  if (taken === "wait") return taken;
  const lines = (memory.rest + taken.data).split("\n");
  memory.rest = lines.pop() ?? "";
  if (taken.end && memory.rest !== "") lines.push(memory.rest);
  return { lines, end: taken.end };
}

export function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** A tool that reads all its sources and then prints. */
export function textTool(
  program: string,
  known: string,
  work: (
    options: { flags: ReadonlySet<string>; values: ReadonlyMap<string, string> },
    sources: Sources,
    call: Call,
  ) => Output,
): Program {
  return immediate(2_500, (call) => {
    const options = readShortOptions(program, plainOptions(call.args), known);
    if ("complaint" in options) {
      return { stderr: `${options.complaint}${tryHelp(program)}`, code: 1 };
    }
    const cannot = program === "sort" ? "cannot read: " : "";
    const sources = openSources(program, call, options.rest, cannot);
    if (sources === undefined) return NEEDS_INPUT;
    const output = work(options, sources, call);
    const code = Math.max(output.code ?? 0, sources.stderr === "" ? 0 : 1);
    return { ...output, stderr: sources.stderr + (output.stderr ?? ""), code };
  });
}

/**
 * The same for a tool that treats each line by itself: from a pipe it prints what has come so far.
 * `remembers` names the flags with which it has to know all lines.
 */
function lineTool(
  program: string,
  known: string,
  remembers: string,
  work: Parameters<typeof textTool>[2],
): Program {
  const whole = textTool(program, known, work);
  return {
    startUs: whole.startUs,
    run(process, reason, system) {
      const options = readShortOptions(program, plainOptions(process.argv.slice(1)), known);
      const isSimple =
        !("complaint" in options) &&
        options.rest.length === 0 &&
        ![...options.flags].some((flag) => remembers.includes(flag));
      if (!isSimple) return whole.run(process, reason, system);
      const { host, sim } = system;
      const call: Call = { host, sim, process, args: [], input: undefined };
      for (;;) {
        const taken = read(system, process, 0);
        if (taken === "wait") return;
        const text = `${typeof process.memory === "string" ? process.memory : ""}${taken.data}`;
        const end = taken.end ? text.length : text.lastIndexOf("\n") + 1;
        process.memory = text.slice(end);
        const source = { name: "standard input", text: text.slice(0, end) };
        const output = work(options, { found: [source], stderr: "" }, call);
        const { stdout = "", stderr = "", code = 0 } = output;
        if (code !== 0 || taken.end) return finish(system, process, { stdout, stderr, code });
        write(system, process, 1, stdout);
        if (process.ended !== undefined) return;
      }
    },
  };
}

export function tryHelp(program: string): string {
  return `Try '${program} --help' for more information.\n`;
}

/** "-5" is the old way to write "-n 5". */
export function plainOptions(args: readonly string[]): string[] {
  return args.flatMap((arg) => (/^-\d+$/.test(arg) ? ["-n", arg.slice(1)] : [arg]));
}

const catLines = lineTool("cat", "nAbsuv", "nbs", ({ flags }, { found }) => {
  const text = found.map((source) => source.text).join("");
  if (!flags.has("n")) return { stdout: text };
  const lines = linesOf(text).map((line, i) => `${String(i + 1).padStart(6)}\t${line}`);
  return { stdout: joinLines(lines) };
});

/** Recorded: 8 ms for `cat FILE` with its shell. */
export const cat: Program = { ...catLines, startUs: 4_800 };

export const wc = textTool("wc", "lwcm", ({ flags }, { found }) => {
  const counts = found.map(({ name, text }) => ({
    name,
    numbers: [
      ...(flags.size === 0 || flags.has("l") ? [text.split("\n").length - 1] : []),
      ...(flags.size === 0 || flags.has("w") ? [text.split(/\s+/).filter(Boolean).length] : []),
      ...(flags.size === 0 || flags.has("c") || flags.has("m") ? [text.length] : []),
    ],
  }));
  if (counts.length > 1) {
    const totals = counts[0]?.numbers.map((_, i) =>
      counts.reduce((sum, { numbers }) => sum + (numbers[i] ?? 0), 0),
    );
    counts.push({ name: "total", numbers: totals ?? [] });
  }
  const isSingle = counts.length === 1 && counts[0]?.numbers.length === 1;
  const isInput = found[0]?.name === "standard input";
  const longest = Math.max(...counts.flatMap(({ numbers }) => numbers.map((n) => `${n}`.length)));
  const width = isSingle ? 0 : isInput ? 7 : longest;
  return {
    stdout: counts
      .map(({ name, numbers }) => {
        const cells = numbers.map((number) => String(number).padStart(width)).join(" ");
        return `${cells}${isInput ? "" : ` ${name}`}\n`;
      })
      .join(""),
  };
});

export const sort = textTool("sort", "nrufbhVk:t:", ({ flags, values }, { found, stderr }) => {
  if (stderr !== "") return { code: 2 };
  const lines = found.flatMap(({ text }) => linesOf(text));
  const field = Number.parseInt(values.get("k") ?? "0", 10);
  const keyOrder = values.get("k") ?? "";
  const separator = values.get("t");
  const isNumeric = flags.has("n") || /n/.test(keyOrder) || flags.has("h");
  const key = (line: string): string => {
    if (field === 0) return line;
    const cells = separator === undefined ? line.trim().split(/\s+/) : line.split(separator);
    return cells.slice(field - 1, keyOrder.includes(",") ? field : undefined).join(" ");
  };
  const number = (text: string): number => Number.parseFloat(text) || 0;
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  lines.sort((a, b) => {
    const byKey = isNumeric ? number(key(a)) - number(key(b)) : compare(key(a), key(b));
    return byKey === 0 && !flags.has("u") ? compare(a, b) : byKey;
  });
  if (flags.has("r") || /r/.test(keyOrder)) lines.reverse();
  const unique = lines.filter((line, i) => i === 0 || key(line) !== key(lines[i - 1] ?? ""));
  return { stdout: joinLines(flags.has("u") ? unique : lines) };
});

export const uniq = textTool("uniq", "cdui", ({ flags }, { found }) => {
  const groups: { line: string; count: number }[] = [];
  for (const line of linesOf(found[0]?.text ?? "")) {
    const last = groups.at(-1);
    if (last?.line === line) last.count++;
    else groups.push({ line, count: 1 });
  }
  const shown = groups.filter(({ count }) =>
    flags.has("d") ? count > 1 : flags.has("u") ? count === 1 : true,
  );
  const lines = shown.map(({ line, count }) =>
    flags.has("c") ? `${String(count).padStart(7)} ${line}` : line,
  );
  return { stdout: joinLines(lines) };
});

export const cut = lineTool("cut", "d:f:c:s", "", ({ flags, values }, { found }) => {
  const list = values.get("f") ?? values.get("c");
  if (list === undefined) {
    const message = "cut: you must specify a list of bytes, characters, or fields\n";
    return { stderr: message + tryHelp("cut"), code: 1 };
  }
  const chosen = (index: number): boolean =>
    list.split(",").some((range) => {
      const [from = "", to = from] = range.split("-");
      const first = from === "" ? 1 : Number(from);
      return index >= first && (to === "" ? true : index <= Number(to));
    });
  const delimiter = values.get("d") ?? "\t";
  const lines = found
    .flatMap(({ text }) => linesOf(text))
    .flatMap((line) => {
      if (values.has("c")) return [[...line].filter((_, i) => chosen(i + 1)).join("")];
      if (!line.includes(delimiter)) return flags.has("s") ? [] : [line];
      return [
        line
          .split(delimiter)
          .filter((_, i) => chosen(i + 1))
          .join(delimiter),
      ];
    });
  return { stdout: joinLines(lines) };
});

export const tr = immediate(2_500, ({ args, input }) => {
  const options = readShortOptions("tr", args, "dsc");
  if ("complaint" in options) return { stderr: options.complaint + tryHelp("tr"), code: 1 };
  const { flags, rest } = options;
  const [first, second] = rest;
  if (first === undefined || (second === undefined && !flags.has("d") && !flags.has("s"))) {
    const after = first === undefined ? "" : ` after ‘${first}’`;
    return { stderr: `tr: missing operand${after}\n${tryHelp("tr")}`, code: 1 };
  }
  if (input === undefined) return NEEDS_INPUT;
  const from = characterSet(first);
  const to = second === undefined ? [] : characterSet(second);
  const isMember = (char: string): boolean => from.includes(char) !== flags.has("c");
  let stdout = "";
  for (const char of input) {
    const member = isMember(char);
    if (member && flags.has("d")) continue;
    const index = flags.has("c") ? to.length - 1 : from.indexOf(char);
    const changed = member && to.length > 0 ? (to[Math.min(index, to.length - 1)] ?? char) : char;
    if (flags.has("s") && member && stdout.endsWith(changed)) continue;
    stdout += changed;
  }
  return { stdout };
});

const SETS: Readonly<Record<string, string>> = {
  "[:lower:]": "a-z",
  "[:upper:]": "A-Z",
  "[:digit:]": "0-9",
  "[:alpha:]": "A-Za-z",
  "[:alnum:]": "A-Za-z0-9",
  "[:space:]": " \\t\\n\\r",
};

function characterSet(text: string): string[] {
  const plain = text
    .replace(/\[:\w+:\]/g, (name) => SETS[name] ?? name)
    .replace(
      /\\([nrt\\])/g,
      (_, letter: string) => ({ n: "\n", r: "\r", t: "\t" })[letter] ?? "\\",
    );
  const chars = [...plain];
  const set: string[] = [];
  for (let i = 0; i < chars.length; i++) {
    const from = chars[i] ?? "";
    const to = chars[i + 2];
    if (chars[i + 1] !== "-" || to === undefined) {
      set.push(from);
      continue;
    }
    for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) {
      set.push(String.fromCharCode(code));
    }
    i += 2;
  }
  return set;
}

/** Standard input to standard output and to files. */
export const tee: Program = {
  startUs: 2_500,
  run(process, reason, system) {
    const names = process.argv.slice(1).filter((word) => !word.startsWith("-"));
    const appends = process.argv.includes("-a");
    const paths = names.map((name) => resolvePath(process.directory, name));
    if (reason.kind === "start" && !appends) for (const path of paths) writeFile(system, path, "");
    for (;;) {
      const taken = read(system, process, 0);
      if (taken === "wait") return;
      write(system, process, 1, taken.data);
      for (const path of paths) {
        const before = readFile(system.host, path, system.sim) ?? "";
        writeFile(system, path, path.startsWith("/proc/") ? taken.data : before + taken.data);
      }
      if (taken.end) return finish(system, process, {});
    }
  },
};
