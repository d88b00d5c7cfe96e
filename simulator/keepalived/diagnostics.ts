// What keepalived says of a file, the table of its keywords, and how a line of either names its place.
import keywords from "./keywords.json" with { type: "json" };
import type { Identity } from "./log.ts";
import type { Statement } from "./tree.ts";

/**
 * How a line counts for `keepalived -t` (K189): "complaint" makes status 5, "violation" 6, "remark"
 * nothing. "log" is only in the log of a real start.
 */
export type DiagnosticKind = "complaint" | "violation" | "remark" | "log";

export interface Diagnostic {
  readonly process: Identity;
  readonly kind: DiagnosticKind;
  /** Exactly what is logged. */
  readonly text: string;
  /** In the order of reading; what is found after it has none. */
  readonly at: number | undefined;
  readonly line: number | undefined;
  /** Offsets of the word in question. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export interface Keyword {
  readonly type: string;
  readonly keywords?: Readonly<Record<string, Keyword>>;
}

/** Which keywords there are, and in which block; what they take is in keyword-notes.json. */
export const KEYWORDS = keywords as Readonly<Record<string, Keyword>>;

/** A process's messages name the file, the parent's only the line (K181). */
export function placed(process: Identity, path: string, line: number, text: string): string {
  return process === "Keepalived" ? `(Line ${line}) ${text}` : `(${path}: Line ${line}) ${text}`;
}

export function placeOf(
  { words, line }: Statement,
  index = 0,
): { readonly line: number; readonly from: number; readonly to: number } {
  const word = words[index] ?? words[0];
  return { line, from: word?.from ?? 0, to: word?.to ?? 0 };
}
