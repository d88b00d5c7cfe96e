// Reading values out of statements.
import { type Diagnostic, type DiagnosticKind, placed, placeOf } from "./diagnostics.ts";
import type { Identity } from "./log.ts";
import type { Statement } from "./tree.ts";

/** Reads the statements of one block for one process and collects what it has to say. */
export interface Reader {
  readonly process: Identity;
  readonly found: Diagnostic[];
}

/** A complaint at a statement's line. */
export function complain(reader: Reader, statement: Statement, text: string, index = 1): void {
  const { process, found } = reader;
  const place = placeOf(statement, index);
  const shown = placed(process, statement.path, place.line, text);
  found.push({ process, kind: "complaint", text: shown, at: statement.at, ...place });
}

/** A complaint found after the whole file was read: without a line in its text (K181). */
export function complainLater(
  { process, found }: Reader,
  statement: Statement,
  text: string,
  kind: DiagnosticKind = "complaint",
): void {
  found.push({ process, kind, text, at: undefined, ...placeOf(statement) });
}

export function word(statement: Statement | undefined, index = 1): string | undefined {
  return statement?.words[index]?.text;
}

/** The last statement of a keyword in a block: a repeated one overwrites (K174). */
export function last(
  block: readonly Statement[] | undefined,
  keyword: string,
): Statement | undefined {
  return block?.findLast((statement) => statement.keyword === keyword);
}

export function all(block: readonly Statement[] | undefined, keyword: string): Statement[] {
  return block?.filter((statement) => statement.keyword === keyword) ?? [];
}

export function has(block: readonly Statement[] | undefined, keyword: string): boolean {
  return last(block, keyword) !== undefined;
}

/** "alpha", "alpha yes", "alpha off"; undefined: nothing is said. */
export function flag(statement: Statement | undefined): boolean | undefined {
  if (statement === undefined) return undefined;
  return !["false", "off", "no"].includes(word(statement) ?? "");
}

/** A whole number within limits; of anything else complaints.ts tells, and the default is used. */
export function integer(
  statement: Statement | undefined,
  range: { readonly min: number; readonly max: number; readonly default: number },
): number {
  const text = word(statement) ?? "";
  if (!/^[+-]?\d+$/.test(text)) return range.default;
  const value = Number(text);
  return value < range.min || value > range.max ? range.default : value;
}

/** Seconds with decimals, as whole microseconds. */
export function seconds(
  statement: Statement | undefined,
  range: { readonly min: number; readonly max: number; readonly defaultUs: number },
): number {
  const text = word(statement) ?? "";
  if (!/^(\d+(\.\d*)?|\.\d+)$/.test(text)) return range.defaultUs;
  const value = Number(text);
  if (value < range.min || value > range.max) return range.defaultUs;
  return Math.round(value * 1_000_000);
}
