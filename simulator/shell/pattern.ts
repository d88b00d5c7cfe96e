// Shell patterns: `*`, `?`, `[a-z]`, `[!a-z]`, a backslash before a character meant literally.
// Left out: extended patterns (`@(a|b)`).
import { classSource, closingBracket } from "../programs/character-class.ts";

/** Whether an unescaped `*`, `?` or `[` makes this text a pattern. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text.replace(/\\./gs, ""));
}

/** The text with every character that means something in a pattern made literal. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}

export function matchesPattern(text: string, pattern: string): boolean {
  return new RegExp(`^${patternSource(pattern)}$`, "s").test(text);
}

/** The pattern as the source of a regular expression. */
export function patternSource(pattern: string): string {
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? "";
    if (char === "*") source += ".*";
    else if (char === "?") source += ".";
    else if (char === "\\") source += escapeRegExp(pattern[++i] ?? "\\");
    else if (char === "[") {
      const end = closingBracket(pattern, i, "!^");
      const isNegated = /[!^]/.test(pattern[i + 1] ?? "");
      const members = pattern.slice(i + (isNegated ? 2 : 1), end).replace(/\\(.)/gs, "$1");
      source += end < 0 ? "\\[" : classSource(members, isNegated);
      if (end >= 0) i = end;
    } else source += escapeRegExp(char);
  }
  return source;
}

function escapeRegExp(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
