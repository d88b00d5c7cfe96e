// What the hosts' consoles showed, read off the trace as it grows: prompts with the lines typed at
// them, and what was printed. What stands at the cursor is a part of it from the beginning, so that
// going back in time shows what was there then.
import type { Trace, TraceEntry } from "#sim/index.ts";

/** What one entry of the trace adds to a console. */
export interface Piece {
  /** Its place in the trace. */
  readonly entry: number;
  readonly text: string;
  /** Line ends up to here, this piece's too. */
  readonly lines: number;
  /** A full-screen command (`watch`) has the screen before this piece. */
  readonly isFullScreen: boolean;
}

export interface ConsoleReader {
  trace: Trace | undefined;
  /** How much of the trace was read, and after how many cuts. */
  entries: number;
  cuts: number;
  /** Counts readings from the beginning: pieces of another reading are other pieces. */
  reading: number;
  pieces: Map<string, Piece[]>;
}

/** Begins an empty screen; ends what a full-screen command drew. These only ever come from here. */
export const CLEAR = "\f";
export const ENTER_SCREEN = "\u000e";
export const LEAVE_SCREEN = "\u000f";
/** A prompt is lettered quietly. */
export const QUIET = "\u0010";
export const LOUD = "\u0011";
/** Cursor home, and the screen erased: the only thing of a terminal's language that is obeyed. */
const CLEAR_SEQUENCE = "\u001b[H\u001b[2J";
/** What a machine runs by itself when it starts is nobody's typing. */
const BOOT = "boot";

export function beginConsoles(): ConsoleReader {
  return { trace: undefined, entries: 0, cuts: 0, reading: 0, pieces: new Map() };
}

/** All pieces of a host's console that are known, the recorded future's too. */
export function readConsole(reader: ConsoleReader, trace: Trace, host: string): readonly Piece[] {
  if (reader.trace !== trace || reader.cuts !== trace.cuts) {
    Object.assign(reader, beginConsoles(), {
      trace,
      cuts: trace.cuts,
      reading: reader.reading + 1,
    });
  }
  for (; reader.entries < trace.entries.length; reader.entries++) {
    const entry = trace.entries[reader.entries];
    if (entry === undefined || !entry.code.startsWith("console.")) continue;
    if (entry.fields["label"] !== BOOT) add(reader, entry);
  }
  return reader.pieces.get(host) ?? [];
}

function add(reader: ConsoleReader, entry: TraceEntry): void {
  let pieces = reader.pieces.get(entry.host);
  if (pieces === undefined) reader.pieces.set(entry.host, (pieces = []));
  const last = pieces.at(-1);
  const isFullScreen = last !== undefined && hasScreenAfter(last);
  const isFresh = last === undefined || endsLine(last);
  const text = shownOf(entry, isFresh, isFullScreen);
  if (text === "") return;
  const lines = (last?.lines ?? 0) + countLines(text);
  pieces.push({ entry: reader.entries, text, lines, isFullScreen });
}

/** What is written next begins a line. */
export function endsLine({ text }: Piece): boolean {
  return ["\n", CLEAR, LEAVE_SCREEN].includes(text.at(-1) ?? "");
}

function hasScreenAfter({ text, isFullScreen }: Piece): boolean {
  const entered = text.lastIndexOf(ENTER_SCREEN);
  const left = text.lastIndexOf(LEAVE_SCREEN);
  return entered === left ? isFullScreen : entered > left;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

function shownOf(entry: TraceEntry, isFresh: boolean, isFullScreen: boolean): string {
  const { host, code, fields } = entry;
  switch (code) {
    case "console.started": {
      const directory = String(fields["directory"] ?? HOME);
      const line = plain(String(fields["line"])).replaceAll("\n", "\n> ");
      const amid = fields["background"] === true ? " &" : "";
      return `${isFresh ? "" : "\n"}${QUIET}${promptOf(host, directory)}${LOUD}${line}${amid}\n`;
    }
    case "console.output": {
      const text = plain(String(fields["text"]));
      return text.includes(CLEAR) && !isFullScreen ? `${ENTER_SCREEN}${text}` : text;
    }
    case "console.interrupted":
      return "^C\n";
    case "console.ended":
      return isFullScreen ? LEAVE_SCREEN : "";
    default:
      return "";
  }
}

const HOME = "/root";

/** As bash has it on Debian: "keepalived:~# ". */
export function promptOf(host: string, directory = HOME): string {
  const inHome = directory === HOME || directory.startsWith(`${HOME}/`);
  return `${host}:${inHome ? `~${directory.slice(HOME.length)}` : directory}# `;
}

/** Without anything that a terminal would obey but line ends, tabs and the empty screen. */
export function plain(text: string): string {
  return text
    .split(CLEAR_SEQUENCE)
    .map((part) => part.replace(/\r\n?/g, "\n").replace(/(?![\n\t])\p{Cc}/gu, ""))
    .join(CLEAR);
}

/** How many of the pieces were there when the trace's place of writing was `nextEntry`. */
export function countAt(pieces: readonly Piece[], nextEntry: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.entry ?? 0) < nextEntry) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first piece to be shown so that the last `most` lines before piece `end` are there. */
export function firstOfLast(pieces: readonly Piece[], end: number, most: number): number {
  const wanted = (pieces[end - 1]?.lines ?? 0) - most;
  let low = 0;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.lines ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a host's console showed up to the cursor, to be taken away as text. */
export function transcriptAt(reader: ConsoleReader, trace: Trace, host: string): string {
  const pieces = readConsole(reader, trace, host);
  return pieces
    .slice(0, countAt(pieces, trace.nextEntry))
    .map(({ text }) => text.replace(MARKS, "").replaceAll(CLEAR, "\n"))
    .join("");
}

const MARKS = new RegExp(`[${ENTER_SCREEN}${LEAVE_SCREEN}${QUIET}${LOUD}]`, "g");
