// The line a reader types, as readline edits it: a pure state and what each key makes of it.

export interface Line {
  readonly text: string;
  readonly cursor: number;
  readonly history: readonly string[];
  /** The place in the history; its length is the line being typed. */
  readonly at: number;
  /** What was typed before going up in the history. */
  readonly kept: string;
  /** What Ctrl-Y puts back. */
  readonly killed: string;
}

export type Outcome =
  | { readonly kind: "edit"; readonly line: Line }
  | { readonly kind: "enter"; readonly text: string; readonly line: Line }
  | { readonly kind: "complete"; readonly line: Line }
  | { readonly kind: "clear"; readonly line: Line }
  | { readonly kind: "interrupt"; readonly line: Line };

export const EMPTY_LINE: Line = {
  text: "",
  cursor: 0,
  history: [],
  at: 0,
  kept: "",
  killed: "",
};

/** One key, as a terminal sends it: a character, a control character or an escape sequence. */
export function press(line: Line, key: string): Outcome {
  const { text, cursor } = line;
  const edit = (change: Partial<Line>): Outcome => ({ kind: "edit", line: { ...line, ...change } });
  const kill = (from: number, to: number): Outcome =>
    edit({
      text: text.slice(0, from) + text.slice(to),
      cursor: from,
      killed: text.slice(from, to),
    });
  switch (key) {
    case "\r":
    case "\n":
      return entered(line);
    case "\x7f":
    case "\b":
      return cursor === 0
        ? edit({})
        : edit({ text: text.slice(0, cursor - 1) + text.slice(cursor), cursor: cursor - 1 });
    case "\x1b[3~":
      return edit({ text: text.slice(0, cursor) + text.slice(cursor + 1) });
    case "\x04":
      return text === ""
        ? edit({})
        : edit({ text: text.slice(0, cursor) + text.slice(cursor + 1) });
    case "\x1b[D":
    case "\x02":
      return edit({ cursor: Math.max(0, cursor - 1) });
    case "\x1b[C":
    case "\x06":
      return edit({ cursor: Math.min(text.length, cursor + 1) });
    case "\x1b[H":
    case "\x1bOH":
    case "\x01":
      return edit({ cursor: 0 });
    case "\x1b[F":
    case "\x1bOF":
    case "\x05":
      return edit({ cursor: text.length });
    case "\x1b[A":
    case "\x10":
      return edit(recalled(line, line.at - 1));
    case "\x1b[B":
    case "\x0e":
      return edit(recalled(line, line.at + 1));
    case "\x0b":
      return kill(cursor, text.length);
    case "\x15":
      return kill(0, cursor);
    case "\x17":
      return kill(/\S+\s*$/.exec(text.slice(0, cursor))?.index ?? 0, cursor);
    case "\x19":
      return edit(inserted(line, line.killed));
    case "\x0c":
      return { kind: "clear", line };
    case "\x03":
      return { kind: "interrupt", line: { ...line, text: "", cursor: 0, at: line.history.length } };
    case "\t":
      return { kind: "complete", line };
    default:
      // Other control characters and sequences mean nothing here.
      return /^\p{Cc}/u.test(key) ? edit({}) : edit(inserted(line, key));
  }
}

function inserted({ text, cursor }: Line, more: string): Partial<Line> {
  return { text: text.slice(0, cursor) + more + text.slice(cursor), cursor: cursor + more.length };
}

function entered(line: Line): Outcome {
  const { text } = line;
  const isNew = text.trim() !== "" && text !== line.history.at(-1);
  const history = isNew ? [...line.history, text] : line.history;
  const next = { ...line, text: "", cursor: 0, history, at: history.length, kept: "" };
  return { kind: "enter", text, line: next };
}

function recalled(line: Line, at: number): Partial<Line> {
  const { history } = line;
  if (at < 0 || at > history.length) return {};
  const kept = line.at === history.length ? line.text : line.kept;
  const text = at === history.length ? kept : (history[at] ?? "");
  return { at, kept, text, cursor: text.length };
}

const ESCAPE = "\u001b";
const KEY = new RegExp(`${ESCAPE}(?:\\[[0-9;]*[A-Za-z~]|O[A-Z])|\\p{Cc}|\\P{Cc}+`, "gu");

/** Keys of what a terminal sends at once: sequences stay together, pasted text comes in pieces. */
export function keysOf(data: string): string[] {
  return data.match(KEY) ?? [];
}

/** The line with its last word completed as far as all candidates agree, and those that are left. */
export function complete(
  line: Line,
  commands: readonly string[],
  files: readonly string[],
): { readonly line: Line; readonly choices: readonly string[] } {
  const before = line.text.slice(0, line.cursor);
  const word = /\S*$/.exec(before)?.[0] ?? "";
  const isFirst = /(^|[;|&]\s*)$/.test(before.slice(0, before.length - word.length));
  const found = (isFirst && !word.includes("/") ? commands : nextParts(files, word)).filter(
    (each) => each.startsWith(word),
  );
  if (found.length === 0) return { line, choices: [] };
  const common = found.reduce((a, b) => {
    let n = 0;
    while (n < a.length && a[n] === b[n]) n++;
    return a.slice(0, n);
  });
  const end = found.length === 1 && !common.endsWith("/") ? " " : "";
  const more = common.slice(word.length) + end;
  return {
    line: { ...line, ...inserted(line, more) },
    choices: found.length > 1 && more === "" ? [...found].sort() : [],
  };
}

/** Paths up to the next slash after what is typed. */
function nextParts(files: readonly string[], word: string): string[] {
  const parts = files
    .filter((path) => path.startsWith(word))
    .map((path) => {
      const slash = path.indexOf("/", word.length);
      return slash < 0 ? path : path.slice(0, slash + 1);
    });
  return [...new Set(parts)];
}
