// `[a-z]`, `[^[:digit:]]`: what stands between the brackets, for shell patterns and regular
// expressions alike, as JavaScript's own class. Left out: equivalence and collating classes.

const CLASSES: Readonly<Record<string, string>> = {
  alnum: "a-zA-Z0-9",
  alpha: "a-zA-Z",
  blank: " \\t",
  digit: "0-9",
  lower: "a-z",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\s",
  upper: "A-Z",
  xdigit: "0-9a-fA-F",
};

/** Where the bracket that opens at `open` closes, or -1; a "]" that comes first is a member. */
export function closingBracket(pattern: string, open: number, negations: string): number {
  let i = open + 1;
  if (i < pattern.length && negations.includes(pattern[i] ?? " ")) i++;
  if (pattern[i] === "]") i++;
  for (; i < pattern.length; i++) {
    if (pattern[i] === "]") return i;
    const close = pattern.startsWith("[:", i) ? pattern.indexOf(":]", i) : -1;
    if (close > 0) i = close + 1;
  }
  return -1;
}

/** The source of a class with these members. A range that runs backwards has none. */
export function classSource(members: string, isNegated: boolean): string {
  let source = "";
  for (let i = 0; i < members.length; i++) {
    const named = /^\[:([a-z]+):\]/.exec(members.slice(i));
    if (named !== null) {
      source += CLASSES[named[1] ?? ""] ?? "";
      i += named[0].length - 1;
      continue;
    }
    const from = members[i] ?? "";
    const to = members[i + 2];
    if (members[i + 1] !== "-" || to === undefined) {
      source += quote(from);
      continue;
    }
    if (from <= to) source += `${quote(from)}-${quote(to)}`;
    i += 2;
  }
  return `[${isNegated ? "^" : ""}${source}]`;
}

function quote(char: string): string {
  return /[\\\]^[-]/.test(char) ? `\\${char}` : char;
}
