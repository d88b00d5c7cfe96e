// Reading values out of statements, with keepalived's complaints about the wrong ones (K185).
import { type Ip, parseIp } from "../wire/address.ts";
import { type Diagnostic, placed, placeOf } from "./diagnostics.ts";
import type { Identity } from "./log.ts";
import type { Statement } from "./tree.ts";

/** Reads the statements of one block for one process and collects what it has to say. */
export interface Reader {
  readonly process: Identity;
  readonly path: string;
  readonly found: Diagnostic[];
}

/** A complaint at a line. */
export function complain(reader: Reader, statement: Statement, text: string, index = 1): void {
  const { process, path, found } = reader;
  const place = placeOf(statement, index);
  found.push({ process, text: placed(process, path, place.line, text), ...place });
}

/** A complaint found after the whole file was read: without a line in its text (K181). */
export function complainLater(reader: Reader, statement: Statement, text: string): void {
  reader.found.push({ process: reader.process, text, ...placeOf(statement) });
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

/** A whole number within limits; anything else is told and the default used. */
export function integer(
  reader: Reader,
  statement: Statement | undefined,
  range: { readonly min: number; readonly max: number; readonly default: number },
  also?: (text: string) => string,
): number {
  const text = word(statement);
  if (statement === undefined || text === undefined) return range.default;
  const complaint = integerComplaint(text, range);
  if (complaint === undefined) return Number(text);
  complain(reader, statement, complaint);
  if (also !== undefined) complain(reader, statement, also(text));
  return range.default;
}

function integerComplaint(
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): string | undefined {
  if (/^-\d+$/.test(text)) return `negative number '${text}'`;
  if (!/^\d+$/.test(text)) return `invalid number '${text}'`;
  const value = Number(text);
  return value < min || value > max ? `number '${text}' outside range [${min}, ${max}]` : undefined;
}

/** Seconds with decimals, as whole microseconds. */
export function seconds(
  reader: Reader,
  statement: Statement | undefined,
  range: { readonly min: number; readonly max: number; readonly defaultUs: number },
): number {
  const text = word(statement);
  if (statement === undefined || text === undefined) return range.defaultUs;
  if (!/^\d+(\.\d*)?$|^\.\d+$/.test(text)) {
    complain(reader, statement, `invalid number '${text}'`);
    return range.defaultUs;
  }
  const value = Number(text);
  if (value < range.min || value > range.max) {
    const limits = `[${range.min.toFixed(6)}, ${range.max.toFixed(6)}]`;
    complain(reader, statement, `number '${text}' outside range ${limits}`);
    return range.defaultUs;
  }
  return Math.round(value * 1_000_000);
}

/** "192.168.88.100/24"; without a prefix /32 (K51). */
export function addressWithPrefix(text: string): { address: Ip; prefix: number } | undefined {
  const [address = "", prefixText = "32"] = text.split("/");
  const prefix = /^\d+$/.test(prefixText) ? Number(prefixText) : -1;
  if (parseIp(address) === undefined || prefix < 0 || prefix > 32) return undefined;
  return { address, prefix };
}
