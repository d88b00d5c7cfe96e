// What is written to the terminal to bring it from what it shows to what it is to show: as little as
// is new, or all anew when the cursor went back. Pure, so that it can be tested without a terminal.
import { partsOf } from "../packet/said.ts";
import {
  CLEAR,
  endsLine,
  ENTER_SCREEN,
  firstOfLast,
  LEAVE_SCREEN,
  LOUD,
  type Piece,
  QUIET,
} from "./console-reader.ts";

/** A prompt with what is typed after it; `cursor` counts characters of `text`. */
export interface Input {
  /** Lines over the prompt that go when the line is entered: earlier lines of it, choices. */
  readonly above: string;
  readonly prompt: string;
  readonly text: string;
  readonly cursor: number;
}

export interface View {
  readonly host: string;
  /** Which reading of the trace the pieces come from. */
  readonly reading: number;
  readonly pieces: readonly Piece[];
  readonly from: number;
  readonly end: number;
  /** Without it a command runs. */
  readonly input: Input | undefined;
  readonly columns: number;
  readonly vips: readonly string[];
}

export interface Shown extends Omit<View, "pieces" | "vips"> {
  /** How far below the prompt's first row its cursor stands. */
  readonly rows: number;
  /** The host left its last line open, and the prompt stands on a row below it. */
  readonly isOpen: boolean;
}

export function compose(
  shown: Shown | undefined,
  view: View,
): { readonly data: string; readonly shown: Shown } {
  const { host, reading, pieces, from, end, input, columns, vips } = view;
  const isMore =
    shown !== undefined &&
    shown.host === host &&
    shown.reading === reading &&
    shown.columns === columns &&
    shown.from === from &&
    shown.end <= end &&
    // What goes on in a line that was left open needs that line.
    (!shown.isOpen || shown.end === end || pieces[shown.end]?.text.startsWith("\n") === true);
  if (isMore && shown.end === end && isSame(shown.input, input)) return { data: "", shown };
  const before = isMore ? eraseInput(shown) : "\u001bc";
  const first = isMore ? shown.end : from;
  const restored = !isMore && pieces[from]?.isFullScreen === true ? ENTER_SCREEN : "";
  const joined = pieces
    .slice(first, end)
    .map((piece) => piece.text)
    .join("");
  const text = isMore && shown.isOpen ? joined.replace(/^\n/, "") : joined;
  const last = end > from ? pieces[end - 1] : undefined;
  const isOpen = input !== undefined && last !== undefined && !endsLine(last);
  const isOpenAnew = isOpen && !(isMore && shown.isOpen && shown.end === end);
  const { data, rows } = drawInput(input, columns);
  return {
    data: `${before}${drawn(restored + text, vips)}${isOpenAnew ? "\r\n" : ""}${data}`,
    shown: { host, reading, from, end, input, columns, rows, isOpen },
  };
}

function isSame(one: Input | undefined, other: Input | undefined): boolean {
  return (
    one?.above === other?.above &&
    one?.prompt === other?.prompt &&
    one?.text === other?.text &&
    one?.cursor === other?.cursor
  );
}

/** Text in the terminal's own language; a floating address in its colour. */
function drawn(text: string, vips: readonly string[]): string {
  return partsOf(text, vips)
    .map((part, index) => (index % 2 === 1 ? `\u001b[1;4;31m${part}\u001b[0m` : part))
    .join("")
    .replaceAll("\n", "\r\n")
    .replaceAll(QUIET, "\u001b[90m")
    .replaceAll(LOUD, "\u001b[0m")
    .replaceAll(CLEAR, "\u001b[H\u001b[2J")
    .replaceAll(ENTER_SCREEN, "\u001b[?1049h")
    .replaceAll(LEAVE_SCREEN, "\u001b[?1049l");
}

function eraseInput({ input, rows }: Shown): string {
  if (input === undefined) return "";
  return `${rows > 0 ? `\u001b[${rows}A` : ""}\r\u001b[J`;
}

function drawInput(
  input: Input | undefined,
  columns: number,
): { readonly data: string; readonly rows: number } {
  if (input === undefined) return { data: "", rows: 0 };
  const { above, prompt, text, cursor } = input;
  const begin = cellsOf(prompt);
  const end = begin + cellsOf(text);
  const at = begin + cellsOf(text.slice(0, cursor));
  // At the right edge a terminal waits with the next row; a blank makes it begin.
  const wrap = end % columns === 0 ? " \r" : "";
  const row = Math.floor(at / columns);
  const up = Math.floor(end / columns) - row;
  const column = at % columns;
  const move = `${up > 0 ? `\u001b[${up}A` : ""}\r${column > 0 ? `\u001b[${column}C` : ""}`;
  const over = above === "" ? "" : `${above.replaceAll("\n", "\r\n")}\r\n`;
  const line = `${drawn(`${QUIET}${prompt}${LOUD}`, [])}${text}${wrap}${at === end ? "" : move}`;
  return { data: over + line, rows: rowsOf(above, columns) + row };
}

function rowsOf(above: string, columns: number): number {
  if (above === "") return 0;
  return above
    .split("\n")
    .reduce((rows, line) => rows + Math.max(1, Math.ceil(cellsOf(line) / columns)), 0);
}

/** East Asian wide characters and pictures take two cells, marks that join the one before none. */
function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) {
    if (/\p{Mn}|\p{Me}|\u200d/u.test(character)) continue;
    cells += WIDE.test(character) ? 2 : 1;
  }
  return cells;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** So many lines are drawn while the cursor moves about; the others when it has come to rest. */
export const QUICK_LINES = 300;

/** The cursor went back, or so far on that it is no mere growing. */
export function isJump(shown: Shown | undefined, view: Omit<View, "from">): boolean {
  return shown !== undefined && !isGrown(shown, view);
}

function isGrown(shown: Shown, { host, reading, pieces, end }: Omit<View, "from">): boolean {
  const lines = (count: number): number => pieces[count - 1]?.lines ?? 0;
  return (
    shown.host === host &&
    shown.reading === reading &&
    shown.end <= end &&
    lines(end) - lines(shown.end) <= QUICK_LINES
  );
}

/** The first piece to draw: as before while the console only grows, else that of the last lines. */
export function firstPiece(
  shown: Shown | undefined,
  view: Omit<View, "from">,
  cleared: number,
  most: number,
): number {
  const first = Math.max(cleared, firstOfLast(view.pieces, view.end, most));
  if (shown === undefined || !isGrown(shown, view) || shown.from < cleared) return first;
  // At rest what was left out for haste is drawn too.
  return most === QUICK_LINES ? shown.from : Math.min(shown.from, first);
}

/** A terminal takes a breath only between two writes. */
const AT_ONCE = 8_192;

/** In parts that each take a moment; shown as one picture when all are there (mode 2026). */
export function partsToWrite(data: string): string[] {
  if (data.length <= AT_ONCE) return data === "" ? [] : [data];
  const parts = ["\u001b[?2026h"];
  for (let at = 0; at < data.length; at += AT_ONCE) parts.push(data.slice(at, at + AT_ONCE));
  return [...parts, "\u001b[?2026l"];
}
