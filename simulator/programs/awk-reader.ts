// Where the reading of an awk program stands, and its first complaint.
import type { AwkExpression } from "./awk-syntax.ts";
import { syntaxError, type Token } from "./awk-tokens.ts";

export interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  /** The first complaint. */
  complaint: string | undefined;
  /** Within `print` without parentheses `>` is a redirection. */
  noGreater: boolean;
}

const NOTHING: AwkExpression = { is: "number", value: 0 };

/** Goes to the end, so that everything under way comes to its own. */
export function refuse(reader: Reader, complaint?: string): AwkExpression {
  const { kind, line, text } = tokenOf(reader);
  const near = kind === "end" || kind === "line" ? "end of line" : text;
  reader.complaint ??= complaint ?? syntaxError(line, near);
  reader.at = reader.tokens.length - 1;
  return NOTHING;
}

export function tokenOf(reader: Reader): Token {
  return reader.tokens[reader.at] ?? { kind: "end", text: "", line: 1 };
}

export function isAt(reader: Reader, ...texts: readonly string[]): boolean {
  const { kind, text } = tokenOf(reader);
  return (kind === "sign" || kind === "name") && texts.includes(text);
}

export function accept(reader: Reader, ...texts: readonly string[]): string | undefined {
  if (!isAt(reader, ...texts)) return undefined;
  return reader.tokens[reader.at++]?.text;
}

export function expect(reader: Reader, text: string): void {
  if (accept(reader, text) === undefined) refuse(reader);
}

export function skipLines(reader: Reader): void {
  while (tokenOf(reader).kind === "line") reader.at++;
}

export function skipEnds(reader: Reader): void {
  while (tokenOf(reader).kind === "line" || isAt(reader, ";")) reader.at++;
}
