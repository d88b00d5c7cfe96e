// sed: the commands s, y, p, d, q, = and a, i, c with a text, blocks, with line, pattern and range
// addresses. Left out: the hold space, labels, n, N, w.
import { writeFile } from "../host/files.ts";
import { readFile } from "../host/read-file.ts";
import { resolvePath } from "./directory.ts";
import { immediate, NEEDS_INPUT } from "./immediate.ts";
import { regularExpression } from "./regular-expression.ts";
import { linesOf, openSources } from "./text-tools.ts";

type Address =
  | { readonly kind: "line"; readonly number: number }
  | { readonly kind: "last" }
  /** `,+N`: so many lines after the first. */
  | { readonly kind: "after"; readonly number: number }
  /** `//`: the expression used last. */
  | { readonly kind: "pattern"; readonly expression: RegExp | "used last" };

interface Command {
  readonly from: Address | undefined;
  readonly to: Address | undefined;
  readonly negated: boolean;
  readonly name: string;
  readonly expression: RegExp | "used last" | undefined;
  readonly text: string;
  readonly flags: string;
  /** Of `{`: the command after its `}`. */
  end: number;
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
  const open: Command[] = [];
  let rest = script;
  for (;;) {
    rest = rest.replace(/^[\s;]+/, "").replace(/^#[^\n]*/, "");
    if (rest === "") return open.length === 0 ? commands : "unmatched `{'";
    if (rest.startsWith("}")) {
      const block = open.pop();
      if (block === undefined) return "unexpected `}'";
      block.end = commands.length;
      rest = rest.slice(1);
      continue;
    }
    const parsed = parseCommand(rest, extended);
    if (typeof parsed === "string") return parsed;
    commands.push(parsed.command);
    if (parsed.command.name === "{") open.push(parsed.command);
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
  const base = { from: from.address, to, negated, name: name ?? "", text: "", flags: "", end: 0 };
  if (name === undefined) return "missing command";
  if ("pdq={".includes(name)) {
    return { command: { ...base, expression: undefined }, rest: rest.slice(1) };
  }
  if ("aic".includes(name)) {
    const end = rest.indexOf("\n");
    const text = rest.slice(1, end < 0 ? undefined : end).replace(/^\s*\\?\n?\s*/, "");
    const command = { ...base, expression: undefined, text };
    return { command, rest: end < 0 ? "" : rest.slice(end) };
  }
  if (name === "y") return parseTransliteration(rest, base);
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
  const expression =
    pattern.text === ""
      ? "used last"
      : regularExpression(pattern.text, dialect, /[iI]/.test(flags) ? "gi" : "g");
  if (expression === undefined) return "Unmatched [ or (";
  const rest = script.slice(replacement.end + 1 + flags.length);
  if (/^[^\s;}]/.test(rest)) return "unknown option to `s'";
  return { command: { ...base, expression, text: replacement.text, flags }, rest };
}

/** `y/abc/xyz/`: `text` and `flags` hold the two lists of characters. */
function parseTransliteration(
  script: string,
  base: Omit<Command, "expression">,
): { command: Command; rest: string } | string {
  const delimiter = script[1] ?? "";
  const from = upTo(script, 2, delimiter);
  const to = from === undefined ? undefined : upTo(script, from.end + 1, delimiter);
  if (from === undefined || to === undefined) return "unterminated `y' command";
  if (from.text.length !== to.text.length) return "strings for `y' command are different lengths";
  const command = { ...base, expression: undefined, text: from.text, flags: to.text };
  return { command, rest: script.slice(to.end + 1) };
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
  const after = /^\+(\d+)/.exec(script);
  if (after !== null) {
    const address = { kind: "after", number: Number(after[1]) } as const;
    return { address, rest: script.slice(after[0].length) };
  }
  const number = /^\d+/.exec(script)?.[0];
  if (number !== undefined) {
    return { address: { kind: "line", number: Number(number) }, rest: script.slice(number.length) };
  }
  if (script.startsWith("$")) return { address: { kind: "last" }, rest: script.slice(1) };
  if (!script.startsWith("/")) return { address: undefined, rest: script };
  const pattern = upTo(script, 1, "/");
  const dialect = extended ? "extended" : "basic";
  const expression =
    pattern?.text === "" ? "used last" : pattern && regularExpression(pattern.text, dialect);
  if (pattern === undefined || expression === undefined) return "unterminated address regex";
  return { address: { kind: "pattern", expression }, rest: script.slice(pattern.end + 1) };
}

/** What a run over the lines remembers. */
interface Run {
  /** Ranges that are open, by command: the last line of `,+N` ones, true of others. */
  readonly open: Map<Command, number | true>;
  used: RegExp | undefined;
}

function edit(lines: readonly string[], commands: readonly Command[], quiet: boolean): string {
  const out: string[] = [];
  const run: Run = { open: new Map(), used: undefined };
  // `0,/x/` is a range that is open before the first line.
  for (const command of commands) {
    if (command.from?.kind === "line" && command.from.number === 0) run.open.set(command, true);
  }
  for (const [i, line] of lines.entries()) {
    const place = { number: i + 1, isLast: i === lines.length - 1 };
    const { space, after, quit } = editLine(line, place, commands, run, out);
    if (space !== undefined && !quiet) out.push(space);
    out.push(...after);
    if (quit) break;
  }
  return out.map((line) => `${line}\n`).join("");
}

interface Place {
  readonly number: number;
  readonly isLast: boolean;
}

function editLine(
  line: string,
  place: Place,
  commands: readonly Command[],
  run: Run,
  out: string[],
): { space: string | undefined; after: string[]; quit: boolean } {
  let space = line;
  const after: string[] = [];
  for (let next = 0; next < commands.length; next++) {
    const command = commands[next];
    if (command === undefined) break;
    if (!applies(command, space, place, run)) {
      if (command.name === "{") next = command.end - 1;
      continue;
    }
    switch (command.name) {
      case "d":
        return { space: undefined, after, quit: false };
      case "c":
        out.push(command.text);
        return { space: undefined, after, quit: false };
      case "q":
        return { space, after, quit: true };
      case "s":
        space = substitute(space, command, run, out);
        break;
      case "y":
        space = [...space]
          .map((char) => command.flags[command.text.indexOf(char)] ?? char)
          .join("");
        break;
      case "p":
        out.push(space);
        break;
      case "=":
        out.push(String(place.number));
        break;
      case "i":
        out.push(command.text);
        break;
      case "a":
        after.push(command.text);
        break;
      default:
        break;
    }
  }
  return { space, after, quit: false };
}

function applies(command: Command, line: string, { number, isLast }: Place, run: Run): boolean {
  const { from, to, negated } = command;
  const hits = (address: Address): boolean => {
    switch (address.kind) {
      case "line":
        return address.number === number;
      case "last":
        return isLast;
      case "after":
        return run.open.get(command) === number;
      case "pattern":
        return expressionOf(address.expression, run)?.test(line) === true;
    }
  };
  if (from === undefined) return !negated;
  if (to === undefined) return hits(from) !== negated;
  if (run.open.has(command)) {
    if (hits(to) || (to.kind === "line" && to.number <= number)) run.open.delete(command);
    return !negated;
  }
  if (!hits(from)) return negated;
  if (to.kind === "after") {
    if (to.number > 0) run.open.set(command, number + to.number);
  } else if (to.kind !== "line" || to.number > number) {
    run.open.set(command, true);
  }
  return !negated;
}

/** The expression itself, which is then the one used last. */
function expressionOf(expression: RegExp | "used last", run: Run): RegExp | undefined {
  if (expression === "used last") return run.used;
  run.used = expression;
  expression.lastIndex = 0;
  return expression;
}

function substitute(line: string, command: Command, run: Run, out: string[]): string {
  const { text, flags } = command;
  const used = command.expression && expressionOf(command.expression, run);
  if (used === undefined) return line;
  const expression = new RegExp(
    used.source,
    used.flags.includes("g") ? used.flags : `${used.flags}g`,
  );
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
