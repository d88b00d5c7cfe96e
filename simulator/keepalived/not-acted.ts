// Which keywords of a keepalived.conf are read and checked but change nothing here, and why.
import { noteOn } from "./keyword-notes.ts";
import { parseTree, type Statement } from "./tree.ts";

export interface NotActed {
  readonly keyword: string;
  /** Of its first character in the text. */
  readonly offset: number;
  /** What is left out, such as "vmac" or "snmp"; "other" when it has no name. */
  readonly reason: string;
}

/** In the order of the text; of a block that is left out as a whole, its first word alone. */
export function notActedOn(text: string): NotActed[] {
  return among(parseTree(text), []);
}

function among(statements: readonly Statement[], path: readonly string[]): NotActed[] {
  return statements.flatMap(({ keyword, words, block }) => {
    const place = [...path, keyword];
    const { notActed } = noteOn(place);
    if (notActed === undefined) return among(block ?? [], place);
    return [{ keyword, offset: words[0]?.from ?? 0, reason: notActed }];
  });
}
