// More tools that print what they are given: tac, rev, nl, md5sum, expr; and logger, which puts a
// line into the log. Left out: their rarer options.
import { hexadecimal, md5 } from "../keepalived/md5.ts";
import { logLine } from "../host/system.ts";
import { immediate, NEEDS_INPUT } from "./immediate.ts";
import { readShortOptions } from "./options.ts";
import { joinLines, linesOf, textTool, tryHelp } from "./text-tools.ts";
import { bytesOf } from "./utf8.ts";

export const tac = textTool("tac", "", (_options, { found }) => ({
  stdout: found.map(({ text }) => joinLines(linesOf(text).reverse())).join(""),
}));

export const rev = textTool("rev", "", (_options, { found }) => ({
  stdout: joinLines(
    found.flatMap(({ text }) => linesOf(text)).map((line) => [...line].reverse().join("")),
  ),
}));

/** Empty lines get no number, unless `-b a` asks for it. */
export const nl = textTool("nl", "b:", ({ values }, { found }) => {
  let number = 0;
  const lines = found
    .flatMap(({ text }) => linesOf(text))
    .map((line) => {
      if (line === "" && values.get("b") !== "a") return "       ";
      return `${String(++number).padStart(6)}\t${line}`;
    });
  return { stdout: joinLines(lines) };
});

export const md5sum = textTool("md5sum", "bt", (_options, { found }) => ({
  stdout: joinLines(
    found.map(({ name, text }) => `${digest(text)}  ${name === "standard input" ? "-" : name}`),
  ),
}));

function digest(text: string): string {
  const bytes = Uint8Array.from(bytesOf(text), (char) => char.charCodeAt(0));
  return hexadecimal(md5(bytes));
}

/** One operation on whole numbers, or one comparison. */
export const expr = immediate(2_500, ({ args }) => {
  if (args.length === 0) return { stderr: `expr: missing operand\n${tryHelp("expr")}`, code: 2 };
  let [value = "", ...rest] = args;
  while (rest.length > 0) {
    const [sign = "", right] = rest;
    rest = rest.slice(2);
    if (right === undefined) {
      return { stderr: `expr: syntax error: missing argument after ‘${sign}’\n`, code: 2 };
    }
    const result = operate(value, sign, right);
    if (result === undefined) return { stderr: "expr: syntax error\n", code: 2 };
    if (result === "not a number") return { stderr: "expr: non-integer argument\n", code: 2 };
    if (result === "zero") return { stderr: "expr: division by zero\n", code: 2 };
    value = result;
  }
  return { stdout: `${value}\n`, code: value === "" || value === "0" ? 1 : 0 };
});

function operate(left: string, sign: string, right: string): string | undefined {
  const [a, b] = [Number(left), Number(right)];
  const areNumbers = /^-?\d+$/.test(left) && /^-?\d+$/.test(right);
  if ("+-*/%".includes(sign)) {
    if (!areNumbers) return "not a number";
    if ("/%".includes(sign) && b === 0) return "zero";
    const result = { "+": a + b, "-": a - b, "*": a * b, "/": Math.trunc(a / b), "%": a % b }[sign];
    return result === undefined ? undefined : String(result);
  }
  const order = areNumbers ? Math.sign(a - b) : left < right ? -1 : left > right ? 1 : 0;
  switch (sign) {
    case "=":
      return String(Number(order === 0));
    case "!=":
      return String(Number(order !== 0));
    case "<":
      return String(Number(order < 0));
    case "<=":
      return String(Number(order <= 0));
    case ">":
      return String(Number(order > 0));
    case ">=":
      return String(Number(order >= 0));
    default:
      return undefined;
  }
}

/** `logger [-t TAG] [-p PRIORITY] [-i] MESSAGE`: what notify scripts write with. */
export const logger = immediate(2_500, ({ host, sim, process, args, input }) => {
  const options = readShortOptions("logger", args, "t:p:isf:");
  if ("complaint" in options) return { stderr: options.complaint, code: 1 };
  const { flags, values, rest } = options;
  if (rest.length === 0 && input === undefined) return NEEDS_INPUT;
  const identity = values.get("t") ?? "root";
  const pid = flags.has("i") ? process.pid : 0;
  const lines = rest.length > 0 ? [rest.join(" ")] : linesOf(input ?? "");
  for (const text of lines) logLine(host, sim, { identity, pid, severity: 5, text });
  const copies = flags.has("s") ? lines.map((line) => `${identity}: ${line}\n`).join("") : "";
  return { stderr: copies };
});
