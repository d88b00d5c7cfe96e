// The syntax tree of a keepalived.conf by its braces alone, whatever the keywords are: what the
// switches use that edit the text. How keepalived itself takes a file is in pass.ts.
import { readSource, type Unit, type Words } from "./source.ts";
import type { Word } from "./lexer.ts";

export interface Statement {
  /** The first word. */
  readonly keyword: string;
  /** All words, the keyword first. */
  readonly words: readonly Word[];
  readonly line: number;
  readonly path: string;
  /** Place in the order of reading. */
  readonly at: number;
  /** What stands between its braces, if it has any. */
  readonly block: readonly Statement[] | undefined;
  /** Where its closing brace is, or the end of the file where it is missing. */
  readonly end: { readonly at: number; readonly line: number } | undefined;
}

export function statementOf(unit: Words, at: number): Statement {
  const { words, line, path } = unit;
  return { keyword: words[0]?.text ?? "", words, line, path, at, block: undefined, end: undefined };
}

export function parseTree(text: string): readonly Statement[] {
  const { units } = readSource(text, "");
  return statementsFrom(units, { at: 0 });
}

function statementsFrom(units: readonly Unit[], cursor: { at: number }): Statement[] {
  const statements: Statement[] = [];
  while (cursor.at < units.length) {
    const at = cursor.at++;
    const unit = units[at];
    if (unit?.kind === "close") return statements;
    if (unit?.kind === "words") statements.push(statementOf(unit, at));
    if (unit?.kind !== "open") continue;
    const owner = units[at - 1]?.kind === "words" ? statements.pop() : undefined;
    const block = statementsFrom(units, cursor);
    const end = { at: cursor.at - 1, line: units[cursor.at - 1]?.line ?? unit.line };
    if (owner !== undefined) statements.push({ ...owner, block, end });
  }
  return statements;
}
