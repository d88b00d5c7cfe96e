// Words and braces of a keepalived.conf, with their places (K169-K172). A line is trimmed, `!` and
// `#` begin a comment, braces stand alone wherever they are, quotes make one word of several.
// Left out so far: include, definitions, conditional lines, ~SEQ and ~LST.

export interface Word {
  readonly text: string;
  /** Offsets into the file. */
  readonly from: number;
  readonly to: number;
}

export type Token =
  | { readonly kind: "words"; readonly line: number; readonly words: readonly Word[] }
  | { readonly kind: "open" | "close"; readonly line: number; readonly from: number };

/** The file's tokens; a quote that is not closed is reported and ends with its line (K188). */
export function tokenize(text: string): {
  tokens: Token[];
  unterminated: { line: number; text: string; from: number }[];
} {
  const tokens: Token[] = [];
  const unterminated: { line: number; text: string; from: number }[] = [];
  let start = 0;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = index + 1;
    const closed = tokenizeLine(raw, start, line, tokens);
    if (!closed) unterminated.push({ line, text: raw.trim(), from: start });
    start += raw.length + 1;
  }
  return { tokens, unterminated };
}

/** False when a quote stays open. */
function tokenizeLine(raw: string, start: number, line: number, tokens: Token[]): boolean {
  let words: Word[] = [];
  let i = 0;
  let closed = true;
  const flush = (): void => {
    if (words.length > 0) tokens.push({ kind: "words", line, words });
    words = [];
  };
  while (i < raw.length) {
    const character = raw.charAt(i);
    if (character === "!" || character === "#") break;
    if (character === "{" || character === "}") {
      flush();
      tokens.push({ kind: character === "{" ? "open" : "close", line, from: start + i });
      i++;
    } else if (/\s/.test(character)) {
      i++;
    } else {
      const end = wordEnd(raw, i);
      closed &&= end.closed;
      const word = { text: unquote(raw.slice(i, end.at)), from: start + i, to: start + end.at };
      words.push(word);
      i = end.at;
    }
  }
  flush();
  return closed;
}

function wordEnd(raw: string, from: number): { at: number; closed: boolean } {
  let i = from;
  let quoted = false;
  while (i < raw.length) {
    const character = raw.charAt(i);
    if (character === "\\" && i + 1 < raw.length) {
      i += 2;
      continue;
    }
    if (character === '"') quoted = !quoted;
    else if (!quoted && /[\s{}!#]/.test(character)) break;
    i++;
  }
  return { at: i, closed: !quoted };
}

function unquote(text: string): string {
  return text.replace(/\\([#!])/g, "$1").replaceAll('"', "");
}
