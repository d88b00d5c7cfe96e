// Where a place in a keepalived.conf stands: the keywords of the blocks around it, and its own word.

export interface Place {
  /** Keywords of the blocks around, outermost first. */
  readonly path: readonly string[];
  /** Whether the line's first word ends here, so that a keyword is to come. */
  readonly isKeyword: boolean;
  readonly word: string;
  readonly from: number;
}

export function placeAt(text: string, at: number): Place {
  const path: string[] = [];
  const before = text.slice(0, at);
  const lineFrom = before.lastIndexOf("\n") + 1;
  for (const line of before.slice(0, lineFrom).split("\n")) {
    const code = line.replace(/[#!].*$/, "").trim();
    if (code.endsWith("{")) path.push(/^\S+/.exec(code)?.[0] ?? "");
    else if (code.startsWith("}")) path.pop();
  }
  const typed = before.slice(lineFrom);
  const word = /\S*$/.exec(typed)?.[0] ?? "";
  return {
    path,
    isKeyword: typed.trim() === word && !/[#!]/.test(typed),
    word,
    from: at - word.length,
  };
}
