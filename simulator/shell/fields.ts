// From words to arguments: expanded text split into fields, and file names for patterns.
import { isDirectory, listDirectory, resolvePath } from "../programs/directory.ts";
import { type Expansion, valueOf, withTilde } from "./expand.ts";
import { escapePattern, isPattern, matchesPattern } from "./pattern.ts";
import type { Word } from "./script.ts";

/** Words as arguments: split into fields, file names filled in. */
export function expandWords(expansion: Expansion, words: readonly Word[]): string[] {
  return words.flatMap((word) => {
    const fields = splitFields(expansion, word);
    return fields.flatMap((field) => expandFileNames(expansion, field));
  });
}

/** Splits `text` at the characters of IFS, at most into `most` fields; the last keeps the rest. */
export function splitText(text: string, separators: string, most = Infinity): string[] {
  const builder = newBuilder();
  let i = 0;
  const isBlank = (char: string): boolean => separators.includes(char) && /\s/.test(char);
  while (i < text.length && isBlank(text[i] ?? "")) i++;
  for (; i < text.length; i++) {
    if (builder.fields.length === most - 1) {
      let end = text.length;
      while (end > i && isBlank(text[end - 1] ?? "")) end--;
      append(builder, { text: text.slice(i, end), quoted: false });
      break;
    }
    i = splitAt(builder, text, i, separators);
  }
  endField(builder);
  return builder.fields.map((field) => field.map((piece) => piece.text).join(""));
}

interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}

type Field = Piece[];

interface Builder {
  readonly fields: Field[];
  current: Field | undefined;
}

function newBuilder(): Builder {
  return { fields: [], current: undefined };
}

function append(builder: Builder, piece: Piece): void {
  builder.current ??= [];
  builder.current.push(piece);
}

function endField(builder: Builder): void {
  if (builder.current !== undefined) builder.fields.push(builder.current);
  builder.current = undefined;
}

/** Takes one character, or one separator with the blanks around it; returns the last place used. */
function splitAt(builder: Builder, text: string, at: number, separators: string): number {
  const char = text[at] ?? "";
  if (!separators.includes(char)) {
    append(builder, { text: char, quoted: false });
    return at;
  }
  let i = at;
  let visible = /\s/.test(char) ? 0 : 1;
  while (i + 1 < text.length && separators.includes(text[i + 1] ?? "")) {
    if (!/\s/.test(text[i + 1] ?? "") && ++visible > 1) break;
    i++;
  }
  if (visible > 0) builder.current ??= [];
  endField(builder);
  return i;
}

function splitFields(expansion: Expansion, word: Word): Field[] {
  const builder = newBuilder();
  const { shell } = expansion;
  for (const part of withTilde(word.parts)) {
    if (part.part === "variable" && part.name === "@" && part.quoted && !part.length) {
      addParameters(builder, shell.parameters);
      continue;
    }
    const value = valueOf(expansion, part);
    if (part.quoted || part.part === "text") {
      append(builder, { text: value, quoted: part.quoted });
    } else {
      const separators = shell.variables.get("IFS") ?? " \t\n";
      for (let i = 0; i < value.length; i++) i = splitAt(builder, value, i, separators);
    }
  }
  endField(builder);
  return builder.fields;
}

/** `"$@"`: each parameter is a field of its own, joined to what stands before and after. */
function addParameters(builder: Builder, parameters: readonly string[]): void {
  for (const [i, text] of parameters.entries()) {
    if (i > 0) endField(builder);
    append(builder, { text, quoted: true });
  }
}

/** A field with an unquoted pattern becomes the files it matches, or stays as it is. */
function expandFileNames(expansion: Expansion, field: Field): string[] {
  const text = field.map((piece) => piece.text).join("");
  const pattern = field
    .map((piece) => (piece.quoted ? escapePattern(piece.text) : piece.text))
    .join("");
  if (!isPattern(pattern)) return [text];
  const found = matchFiles(expansion, pattern);
  return found.length === 0 ? [text] : found;
}

function matchFiles({ host, directory }: Expansion, pattern: string): string[] {
  let found = pattern.startsWith("/") ? ["/"] : [""];
  const steps = pattern.split("/").filter((step) => step !== "");
  for (const [i, step] of steps.entries()) {
    const isLast = i === steps.length - 1;
    found = found.flatMap((base) => {
      const names = listDirectory(host, resolvePath(directory, base === "" ? "." : base));
      const matching = names.filter(
        (name) => matchesPattern(name, step) && (step.startsWith(".") || !name.startsWith(".")),
      );
      const paths = matching.map(
        (name) => `${base}${base === "" || base === "/" ? "" : "/"}${name}`,
      );
      return isLast
        ? paths
        : paths.filter((path) => isDirectory(host, resolvePath(directory, path)));
    });
  }
  return found;
}
