// Shell patterns: `*`, `?`, `[a-z]`, `[!a-z]`, a backslash before a character meant literally.
// Left out: extended patterns (`@(a|b)`) and character classes beyond the common ones.

const CLASSES: Readonly<Record<string, string>> = {
  "[:alnum:]": "a-zA-Z0-9",
  "[:alpha:]": "a-zA-Z",
  "[:digit:]": "0-9",
  "[:lower:]": "a-z",
  "[:space:]": "\\s",
  "[:upper:]": "A-Z",
};

/** Whether an unescaped `*`, `?` or `[` makes this text a pattern. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text.replace(/\\./gs, ""));
}

/** The text with every character that means something in a pattern made literal. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}

export function matchesPattern(text: string, pattern: string): boolean {
  return new RegExp(`^${patternSource(pattern)}$`, "su").test(text);
}

/** The pattern as the source of a regular expression; `lazy` lets `*` take as little as it can. */
export function patternSource(pattern: string, lazy = false): string {
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? "";
    if (char === "*") source += lazy ? ".*?" : ".*";
    else if (char === "?") source += ".";
    else if (char === "\\") source += escapeRegExp(pattern[++i] ?? "\\");
    else if (char === "[") {
      const end = bracketEnd(pattern, i);
      source += end < 0 ? "\\[" : bracketSource(pattern.slice(i + 1, end));
      if (end >= 0) i = end;
    } else source += escapeRegExp(char);
  }
  return source;
}

function bracketEnd(pattern: string, open: number): number {
  let i = open + 1;
  if (pattern[i] === "!" || pattern[i] === "^") i++;
  if (pattern[i] === "]") i++;
  for (; i < pattern.length; i++) {
    if (pattern[i] === "]") return i;
    if (pattern.startsWith("[:", i)) {
      const close = pattern.indexOf(":]", i);
      if (close > 0) i = close + 1;
    }
  }
  return -1;
}

function bracketSource(inner: string): string {
  const negated = /^[!^]/.test(inner);
  let members = negated ? inner.slice(1) : inner;
  members = members.replace(/\[:[a-z]+:\]|[\\[\]^]/g, (found) => CLASSES[found] ?? `\\${found}`);
  return `[${negated ? "^" : ""}${members}]`;
}

function escapeRegExp(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
