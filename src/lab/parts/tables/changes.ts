// Which words of a printed table are not what they were.

export interface Cell {
  readonly text: string;
  /** What stood here before, when that was something else. */
  readonly was: string | undefined;
  readonly isNew: boolean;
}

/**
 * Words and the blanks between them, line by line. A line is known again by its first word that
 * names something (an address, a port), so that a row that moved is not all new.
 */
export function cellsOf(before: string | undefined, now: string): Cell[][] {
  const old = new Map<string, string[]>();
  for (const line of before?.split("\n") ?? []) old.set(nameOf(line), wordsOf(line));
  return now.split("\n").map((line) => {
    const known = before === undefined ? undefined : old.get(nameOf(line));
    return wordsOf(line).map((text, index): Cell => {
      const was = known?.[index];
      const isBlank = text.trim() === "";
      const isNew = before !== undefined && !isBlank && known === undefined;
      return { text, was: isBlank || was === text || isNew ? undefined : was?.trim(), isNew };
    });
  });
}

/** Blanks are kept as words of their own: even places are words, odd ones blanks. */
function wordsOf(line: string): string[] {
  return line.split(/(\s+)/);
}

function nameOf(line: string): string {
  const words = line.split(/\s+/).filter((word) => word !== "" && word !== "->");
  const named = words.filter((word) => /[.:]\d|[.:][0-9a-f]{2}/.test(word));
  return named.slice(0, 3).join(" ") || words.slice(0, 2).join(" ");
}
