// Which keywords of a keepalived.conf are read and checked but change nothing here, and why.
import { KEYWORDS, type Keyword } from "./diagnostics.ts";
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
  return among(parseTree(text), KEYWORDS);
}

function among(
  statements: readonly Statement[],
  keywords: Readonly<Record<string, Keyword>>,
): NotActed[] {
  return statements.flatMap(({ keyword, words, block }) => {
    const known = Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined;
    if (known?.notActed !== undefined) {
      return [{ keyword, offset: words[0]?.from ?? 0, reason: known.notActed }];
    }
    return among(block ?? [], known?.keywords ?? {});
  });
}
