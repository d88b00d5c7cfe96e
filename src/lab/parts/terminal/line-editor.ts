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
  /** Ctrl-R: what is looked for in the history, and where it was found. */
  readonly search: Search | undefined;
}

export interface Search {
  readonly query: string;
  readonly at: number;
  readonly isFound: boolean;
}

export type Outcome =
  | { readonly kind: "edit"; readonly line: Line }
  | { readonly kind: "enter"; readonly text: string; readonly line: Line }
  | { readonly kind: "complete"; readonly line: Line }
  | { readonly kind: "clear"; readonly line: Line }
  /** Ctrl-D on an empty line. */
  | { readonly kind: "end"; readonly line: Line }
  | { readonly kind: "interrupt"; readonly line: Line };

export const EMPTY_LINE: Line = {
  text: "",
  cursor: 0,
  history: [],
  at: 0,
  kept: "",
  killed: "",
  search: undefined,
};

/** One key, as a terminal sends it: a character, a control character or an escape sequence. */
export function press(before: Line, key: string): Outcome {
  const found = before.search === undefined ? undefined : searchOn(before, key);
  if (found !== undefined) return { kind: "edit", line: found };
  // Any other key takes the line that was found, and does its own work on it.
  const line = { ...before, search: undefined };
  const { text, cursor } = line;
  const moved = cursorAfter(line, key);
  if (moved !== undefined) return { kind: "edit", line: { ...line, cursor: moved } };
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
      return edit(without(line, before1(text, cursor), cursor));
    case "\x04":
      if (text === "") return { kind: "end", line };
      return edit(without(line, cursor, after1(text, cursor)));
    case "\x1b[3~":
      return edit(without(line, cursor, after1(text, cursor)));
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
    case "\x12":
      return edit({ search: { query: "", at: line.history.length, isFound: true } });
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

/** Where a key that only moves the cursor puts it; undefined: the key does something else. */
function cursorAfter({ text, cursor }: Line, key: string): number | undefined {
  switch (key) {
    case "\x1b[D":
    case "\x02":
      return before1(text, cursor);
    case "\x1b[C":
    case "\x06":
      return after1(text, cursor);
    case "\x1b[1;5D":
    case "\x1bb":
      return /\w+\W*$/.exec(text.slice(0, cursor))?.index ?? 0;
    case "\x1b[1;5C":
    case "\x1bf":
      return cursor + (/^\W*\w*/.exec(text.slice(cursor))?.[0].length ?? 0);
    case "\x1b[H":
    case "\x1bOH":
    case "\x01":
      return 0;
    case "\x1b[F":
    case "\x1bOF":
    case "\x05":
      return text.length;
    default:
      return undefined;
  }
}

function inserted({ text, cursor }: Line, more: string): Partial<Line> {
  return { text: text.slice(0, cursor) + more + text.slice(cursor), cursor: cursor + more.length };
}

function without({ text }: Line, from: number, to: number): Partial<Line> {
  return { text: text.slice(0, from) + text.slice(to), cursor: from };
}

/** One character back, or forwards: a character outside the basic plane is two units long. */
function before1(text: string, cursor: number): number {
  return cursor - (Array.from(text.slice(0, cursor)).at(-1)?.length ?? 0);
}
function after1(text: string, cursor: number): number {
  return cursor + (Array.from(text.slice(cursor, cursor + 2))[0]?.length ?? 0);
}

/** A key while the history is searched; undefined when the search ends with it. */
function searchOn(line: Line, key: string): Line | undefined {
  const search = line.search ?? { query: "", at: line.history.length, isFound: true };
  const { query } = search;
  switch (key) {
    case "\x12":
      return lookedUp(line, query, search.at - 1);
    case "\x7f":
    case "\b":
      return lookedUp(line, query.slice(0, before1(query, query.length)), line.history.length - 1);
    case "\x07":
    case "\x03":
      return { ...line, search: undefined, text: line.kept, cursor: line.kept.length };
    default:
      return /^\p{Cc}/u.test(key) ? undefined : lookedUp(line, query + key, search.at);
  }
}

function lookedUp(line: Line, query: string, from: number): Line {
  const kept = line.at === line.history.length && line.search?.query === "" ? line.text : line.kept;
  for (let at = Math.min(from, line.history.length - 1); at >= 0; at--) {
    const text = line.history[at] ?? "";
    const cursor = text.indexOf(query);
    if (query === "" || cursor < 0) continue;
    return { ...line, kept, at, text, cursor, search: { query, at, isFound: true } };
  }
  const at = Math.min(Math.max(from, 0), line.history.length);
  return { ...line, kept, search: { query, at, isFound: query === "" } };
}

/** What readline puts in the prompt's place while it searches. */
export function searchPrompt({ query, isFound }: Search): string {
  return `(${isFound ? "" : "failed "}reverse-i-search)\`${query}': `;
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

/** What completion may offer: command names, absolute paths, and where the shell stands. */
export interface Known {
  readonly commands: readonly string[];
  readonly files: readonly string[];
  readonly directory: string;
}

/** The line with its last word completed as far as all candidates agree, and those that are left. */
export function complete(
  line: Line,
  known: Known,
): { readonly line: Line; readonly choices: readonly string[] } {
  const before = line.text.slice(0, line.cursor);
  const word = /[^\s;|&<>()"'=]*$/.exec(before)?.[0] ?? "";
  const isFirst = /(^|[;|&(]\s*|\b(?:sudo|watch|do|then)\s+)$/.test(
    before.slice(0, before.length - word.length),
  );
  const candidates =
    isFirst && !word.includes("/") ? known.commands : nextParts(filesNear(known, word), word);
  const found = [...new Set(candidates)].filter((each) => each.startsWith(word)).sort();
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
    choices: found.length > 1 && more === "" ? found : [],
  };
}

/** Paths as they are written from where the shell stands, for a word that does not begin with /. */
function filesNear({ files, directory }: Known, word: string): string[] {
  if (word.startsWith("/")) return [...files];
  const near = directory.endsWith("/") ? directory : `${directory}/`;
  return files.filter((path) => path.startsWith(near)).map((path) => path.slice(near.length));
}

/** Paths up to the next slash after what is typed. */
function nextParts(files: readonly string[], word: string): string[] {
  return files
    .filter((path) => path.startsWith(word))
    .map((path) => {
      const slash = path.indexOf("/", word.length);
      return slash < 0 ? path : path.slice(0, slash + 1);
    });
}

/** Choices in columns, as readline lists them; no more than a screen. */
export function inColumns(choices: readonly string[], columns: number): string {
  const shown = choices.slice(0, 100);
  const width = Math.max(...shown.map(({ length }) => length)) + 2;
  const perRow = Math.max(1, Math.floor(columns / width));
  const rows = Math.ceil(shown.length / perRow);
  return Array.from({ length: rows }, (_, row) =>
    shown
      .filter((_name, index) => index % rows === row)
      .map((name) => name.padEnd(width))
      .join("")
      .trimEnd(),
  ).join("\n");
}
