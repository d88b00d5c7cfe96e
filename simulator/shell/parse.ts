// From a line of bash to a script, or to the complaint that bash would print. The grammar is
// unbash's business; `compile.ts` turns its tree into steps.
import { parse, type ParseError, type ParsedScript } from "unbash";
import { compileScript } from "./compile.ts";
import type { Script } from "./script.ts";

/** Why a text is no script, in bash's words without "bash: -c: line 1: ". */
export interface SyntaxComplaint {
  readonly line: number;
  readonly message: string;
  /** The line that bash shows after the complaint, when it does. */
  readonly shown: string | undefined;
}

export type Parsed = { readonly script: Script } | { readonly complaint: SyntaxComplaint };

/** Makes a script of `source`, or says why it cannot. */
export function parseScript(source: string): Parsed {
  const parsed = parse(source);
  const error = parsed.errors?.[0];
  if (error !== undefined) return { complaint: describe(source, error) };
  const complaints: ParseError[] = [];
  const conversion = {
    source,
    compile(script: ParsedScript, text: string): Script {
      complaints.push(...(script.errors ?? []));
      return compileScript(script, text, conversion);
    },
    complain(message: string, pos: number): void {
      complaints.push({ message, pos });
    },
  };
  const script = conversion.compile(parsed, source);
  const [complaint] = complaints;
  if (complaint === undefined) return { script };
  return { complaint: describe(source, complaint) };
}

/** The text ends too early: further lines may make a script of it. */
export function goesOn({ message }: SyntaxComplaint): boolean {
  return message.includes("unexpected end of file") || message.includes("unexpected EOF");
}

/** A line after which a prompt asks for more, with "> ": an open quote, loop or here-document. */
export function isUnfinished(source: string): boolean {
  if (/(^|[^\\])(\\\\)*\\$/.test(source)) return true;
  const delimiter = /<<-?\s*(["']?)(\w+)\1/.exec(source)?.[2];
  if (
    delimiter !== undefined &&
    !source
      .split("\n")
      .slice(1)
      .some((line) => line.trim() === delimiter)
  ) {
    return true;
  }
  const parsed = parseScript(source);
  return "complaint" in parsed && (goesOn(parsed.complaint) || /\)\s*\{$/.test(source.trimEnd()));
}

const QUOTES: Readonly<Record<string, string>> = {
  "unterminated double quote": '"',
  "unterminated single quote": "'",
  "unterminated ANSI-C quote": "'",
  "unterminated backtick": "`",
  "unterminated command substitution": ")",
  "unterminated arithmetic expansion": ")",
  "unterminated parameter expansion": "}",
};

function describe(source: string, { message, pos }: ParseError): SyntaxComplaint {
  const line = source.slice(0, pos).split("\n").length;
  const lastLine = source.replace(/\n$/, "").split("\n").length + 1;
  const opened = unterminated(source, message, pos);
  if (opened !== undefined) {
    const at = opened === ")" && !source.startsWith("((", pos) ? lastLine : line;
    const eof = `unexpected EOF while looking for matching \`${opened}'`;
    return { line: at, message: eof, shown: undefined };
  }
  if (!/^(expected|unexpected)/.test(message)) return { line, message, shown: undefined };
  const shown = source.split("\n")[line - 1] ?? "";
  if (message === "expected redirect target") return nearToken(line, tokenAt(source, pos), shown);
  const token = tokenAt(source, pos);
  if (token !== "newline") return nearToken(line, token, shown);
  return { line: lastLine, message: "syntax error: unexpected end of file", shown: undefined };
}

function unterminated(source: string, message: string, pos: number): string | undefined {
  if (!message.startsWith("unterminated")) return undefined;
  return QUOTES[message] ?? (source.startsWith("((", pos) ? ")" : "}");
}

function nearToken(line: number, token: string, shown: string): SyntaxComplaint {
  return { line, message: `syntax error near unexpected token \`${token}'`, shown };
}

function tokenAt(source: string, pos: number): string {
  const rest = source.slice(pos).trimStart();
  return /^(;;|&&|\|\||[;&|()<>]|[^\s;&|()<>]+)/.exec(rest)?.[0] ?? "newline";
}
