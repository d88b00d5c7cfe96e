// sed: the commands s, p, d, q, = and a, i, c with a text, with line, pattern and range addresses.
// Left out: the hold space, labels, y, w.
import { readFile, writeFile } from "../host/files.ts";
import { resolvePath } from "./directory.ts";
import { immediate, NEEDS_INPUT } from "./immediate.ts";
import { regularExpression } from "./regular-expression.ts";
import { linesOf, openSources } from "./text-tools.ts";

type Address =
  | { readonly kind: "line"; readonly number: number }
  | { readonly kind: "last" }
  | { readonly kind: "pattern"; readonly expression: RegExp };

interface Command {
  readonly from: Address | undefined;
  readonly to: Address | undefined;
  readonly negated: boolean;
  readonly name: string;
  readonly expression: RegExp | undefined;
  readonly text: string;
  readonly flags: string;
}

interface Invocation {
  readonly quiet: boolean;
  readonly inPlace: boolean;
  readonly extended: boolean;
  readonly scripts: readonly string[];
  readonly names: readonly string[];
}

const USAGE = "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n";

export const sed = immediate(2_500, (call) => {
  const invocation = readInvocation(call.args);
  if (typeof invocation === "string") return { stderr: invocation, code: 1 };
  const { quiet, inPlace, extended, scripts, names } = invocation;
  const commands = parseCommands(scripts.join("\n"), extended);
  if (typeof commands === "string") {
    return {
      stderr: `sed: -e expression #1, char ${scripts.join("\n").length}: ${commands}\n`,
      code: 1,
    };
  }
  const sources = openSources("sed", call, names, "can't read ");
  if (sources === undefined) return NEEDS_INPUT;
  const code = sources.stderr === "" ? 0 : 2;
  if (!inPlace) {
    const lines = sources.found.flatMap(({ text }) => linesOf(text));
    return { stdout: edit(lines, commands, quiet), stderr: sources.stderr, code };
  }
  for (const name of names) {
    const path = resolvePath(call.process.directory, name);
    const text = readFile(call.host, path, call.sim);
    if (text !== undefined) writeFile(call, path, edit(linesOf(text), commands, quiet));
  }
  return { stderr: sources.stderr, code };
});

function readInvocation(args: readonly string[]): Invocation | string {
  const scripts: string[] = [];
  const rest: string[] = [];
  let letters = "";
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "-e" || arg === "--expression") scripts.push(args[++i] ?? "");
    else if (/^-[nErsi]+$/.test(arg)) letters += arg.slice(1);
    else if (/^-i\S/.test(arg)) return "sed: backup files are not supported here\n";
    else if (arg.startsWith("-") && arg !== "-") {
      return `sed: invalid option -- '${arg[1]}'\n${USAGE}`;
    } else rest.push(arg);
  }
  const script = scripts.length === 0 ? rest.shift() : undefined;
  if (scripts.length === 0 && script === undefined) return USAGE;
  return {
    quiet: letters.includes("n"),
    inPlace: letters.includes("i"),
    extended: /[Er]/.test(letters),
    scripts: script === undefined ? scripts : [script],
    names: rest,
  };
}

function parseCommands(script: string, extended: boolean): Command[] | string {
  const commands: Command[] = [];
  let rest = script;
  for (;;) {
    rest = rest.replace(/^[\s;]+/, "");
    if (rest === "") return commands;
    const parsed = parseCommand(rest, extended);
    if (typeof parsed === "string") return parsed;
    commands.push(parsed.command);
    rest = parsed.rest;
  }
}

function parseCommand(
  script: string,
  extended: boolean,
): { command: Command; rest: string } | string {
  const from = parseAddress(script, extended);
  if (typeof from === "string") return from;
  let rest = from.rest.trimStart();
  let to: Address | undefined;
  if (rest.startsWith(",")) {
    const second = parseAddress(rest.slice(1).trimStart(), extended);
    if (typeof second === "string" || second.address === undefined) return "unexpected `,'";
    to = second.address;
    rest = second.rest.trimStart();
  }
  const negated = rest.startsWith("!");
  if (negated) rest = rest.slice(1).trimStart();
  const name = rest[0];
  const base = { from: from.address, to, negated, name: name ?? "", text: "", flags: "" };
  if (name === undefined) return "missing command";
  if ("pdq=".includes(name)) {
    return { command: { ...base, expression: undefined }, rest: rest.slice(1) };
  }
  if ("aic".includes(name)) {
    const end = rest.indexOf("\n");
    const text = rest.slice(1, end < 0 ? undefined : end).replace(/^\s*\\?\n?\s*/, "");
    const command = { ...base, expression: undefined, text };
    return { command, rest: end < 0 ? "" : rest.slice(end) };
  }
  if (name !== "s") return `unknown command: \`${name}'`;
  return parseSubstitution(rest, base, extended);
}

function parseSubstitution(
  script: string,
  base: Omit<Command, "expression">,
  extended: boolean,
): { command: Command; rest: string } | string {
  const delimiter = script[1] ?? "";
  const pattern = upTo(script, 2, delimiter);
  const replacement = pattern === undefined ? undefined : upTo(script, pattern.end + 1, delimiter);
  if (pattern === undefined || replacement === undefined) return "unterminated `s' command";
  const flags = /^[gpiI0-9]*/.exec(script.slice(replacement.end + 1))?.[0] ?? "";
  const dialect = extended ? "extended" : "basic";
  const isEmpty = pattern.text === "";
  const expression = isEmpty
    ? undefined
    : regularExpression(pattern.text, dialect, /[iI]/.test(flags) ? "gi" : "g");
  if (expression === undefined && !isEmpty) return "Unmatched [ or (";
  const rest = script.slice(replacement.end + 1 + flags.length);
  if (/^[^\s;}]/.test(rest)) return "unknown option to `s'";
  return { command: { ...base, expression, text: replacement.text, flags }, rest };
}

/** The text up to the next delimiter that no backslash hides. */
function upTo(
  script: string,
  from: number,
  delimiter: string,
): { text: string; end: number } | undefined {
  let text = "";
  for (let i = from; i < script.length; i++) {
    if (script[i] === delimiter) return { text, end: i };
    if (script[i] === "\\" && script[i + 1] === delimiter) text += script[++i];
    else if (script[i] === "\\") text += `\\${script[++i] ?? ""}`;
    else text += script[i];
  }
  return undefined;
}

function parseAddress(
  script: string,
  extended: boolean,
): { address: Address | undefined; rest: string } | string {
  const number = /^\d+/.exec(script)?.[0];
  if (number !== undefined) {
    return { address: { kind: "line", number: Number(number) }, rest: script.slice(number.length) };
  }
  if (script.startsWith("$")) return { address: { kind: "last" }, rest: script.slice(1) };
  if (!script.startsWith("/")) return { address: undefined, rest: script };
  const pattern = upTo(script, 1, "/");
  const dialect = extended ? "extended" : "basic";
  const expression = pattern && regularExpression(pattern.text, dialect);
  if (pattern === undefined || expression === undefined) return "unterminated address regex";
  return { address: { kind: "pattern", expression }, rest: script.slice(pattern.end + 1) };
}

interface Memory {
  /** The regular expression used last. */
  last: RegExp | undefined;
}

function edit(lines: readonly string[], commands: readonly Command[], quiet: boolean): string {
  const out: string[] = [];
  // `0,/x/` may end on the first line already.
  const open = commands.map(({ from }) => from?.kind === "line" && from.number === 0);
  const memory: Memory = { last: undefined };
  for (const [i, line] of lines.entries()) {
    let space: string | undefined = line;
    let quit = false;
    const after: string[] = [];
    for (const [index, command] of commands.entries()) {
      const place = { line: space, number: i + 1, isLast: i === lines.length - 1 };
      if (!applies(command, index, open, place, memory)) continue;
      if (command.name === "d" || command.name === "c") {
        if (command.name === "c") out.push(command.text);
        space = undefined;
        break;
      }
      if (command.name === "s") space = substitute(space, command, out, memory);
      if (command.name === "p") out.push(space);
      if (command.name === "=") out.push(String(i + 1));
      if (command.name === "i") out.push(command.text);
      if (command.name === "a") after.push(command.text);
      if (command.name === "q") quit = true;
      if (quit) break;
    }
    if (space !== undefined && !quiet) out.push(space);
    out.push(...after);
    if (quit) break;
  }
  return out.map((line) => `${line}\n`).join("");
}

function applies(
  command: Command,
  index: number,
  open: boolean[],
  {
    line,
    number,
    isLast,
  }: { readonly line: string; readonly number: number; readonly isLast: boolean },
  memory: Memory,
): boolean {
  const { from, to, negated } = command;
  const hits = (address: Address): boolean => {
    if (address.kind === "line") return address.number === number;
    if (address.kind === "last") return isLast;
    memory.last = address.expression;
    return address.expression.test(line);
  };
  if (from === undefined) return !negated;
  if (to === undefined) return hits(from) !== negated;
  if (open[index] === true) {
    if (hits(to) || (to.kind === "line" && to.number <= number)) open[index] = false;
    return !negated;
  }
  if (!hits(from)) return negated;
  open[index] = !(to.kind === "line" && to.number <= number);
  return !negated;
}

/** An empty expression stands for the one used last. */
function substitute(
  line: string,
  { expression: own, text, flags }: Command,
  out: string[],
  memory: Memory,
): string {
  const expression = own ?? (memory.last && new RegExp(memory.last.source, "g"));
  if (expression === undefined) return line;
  memory.last = expression;
  const only = Number(/\d+/.exec(flags)?.[0] ?? 0);
  const isGlobal = flags.includes("g");
  let count = 0;
  let changed = false;
  const result = line.replace(expression, (...found: unknown[]) => {
    const whole = String(found[0]);
    count++;
    const isWanted =
      only > 0 ? count === only || (isGlobal && count > only) : isGlobal || count === 1;
    if (!isWanted) return whole;
    changed = true;
    return text.replace(/\\(.)|&/gs, (mark, char: string | undefined) => {
      if (mark === "&") return whole;
      if (char !== undefined && /[1-9]/.test(char)) {
        const group = found[Number(char)];
        return typeof group === "string" ? group : "";
      }
      return char === "n" ? "\n" : char === "t" ? "\t" : (char ?? "");
    });
  });
  if (changed && flags.includes("p")) out.push(result);
  return result;
}
