// Words and braces of a line of keepalived.conf, with their places (K169-K172): `!` and `#` begin a
// comment, braces stand alone wherever they are, quotes make one word.

export interface Word {
  readonly text: string;
  /** Offsets into the file. */
  readonly from: number;
  readonly to: number;
}

export type Token =
  | { readonly kind: "words"; readonly words: readonly Word[] }
  | { readonly kind: "open" | "close"; readonly from: number };

/**
 * Tokens of one line that begins at `start`; of an open quote's word and after it there are none, and
 * `open` is what stands from the last brace or the line's beginning on.
 */
export function tokenizeText(
  raw: string,
  start: number,
): { tokens: Token[]; open: string | undefined } {
  const tokens: Token[] = [];
  let words: Word[] = [];
  let i = 0;
  const flush = (): void => {
    if (words.length > 0) tokens.push({ kind: "words", words });
    words = [];
  };
  while (i < raw.length) {
    const character = raw.charAt(i);
    if (character === "!" || character === "#") break;
    if (character === "{" || character === "}") {
      flush();
      tokens.push({ kind: character === "{" ? "open" : "close", from: start + i });
      i++;
    } else if (/\s/.test(character)) {
      i++;
    } else {
      const end = wordEnd(raw, i);
      if (end === undefined) {
        const open = raw.slice((words[0]?.from ?? start + i) - start).trimEnd();
        tokens.push({ kind: "words", words });
        return { tokens, open };
      }
      words.push({ text: unquote(raw.slice(i, end)), from: start + i, to: start + end });
      i = end;
    }
  }
  flush();
  return { tokens, open: undefined };
}

/** A quote ends the word before it and its own: `50"1"` is two words. Undefined: it stays open. */
function wordEnd(raw: string, from: number): number | undefined {
  if (raw.charAt(from) === '"') {
    const close = raw.indexOf('"', from + 1);
    return close < 0 ? undefined : close + 1;
  }
  let i = from;
  while (i < raw.length) {
    const character = raw.charAt(i);
    if (character === "\\" && i + 1 < raw.length) {
      i += 2;
      continue;
    }
    if (/[\s{}!#"]/.test(character)) break;
    i++;
  }
  return i;
}

function unquote(text: string): string {
  if (text.startsWith('"')) return text.slice(1, -1);
  return text.replace(/\\([#!])/g, "$1");
}
