// POSIX regular expressions, as grep, sed and `[[ =~ ]]` read them, made into JavaScript's.
// Left out: back-references in the pattern.

import { classSource, closingBracket } from "./character-class.ts";

export type Dialect = "basic" | "extended";

const ESCAPED_LETTERS: Readonly<Record<string, string>> = {
  "<": "\\b(?=\\w)",
  ">": "\\b(?<=\\w)",
  b: "\\b",
  B: "\\B",
  n: "\\n",
  s: "\\s",
  S: "\\S",
  t: "\\t",
  w: "\\w",
  W: "\\W",
};

/** The expression, or undefined when the pattern is not one (an open bracket or parenthesis). */
export function regularExpression(
  pattern: string,
  dialect: Dialect,
  flags = "",
): RegExp | undefined {
  const source = translate(pattern, dialect);
  return source === undefined ? undefined : new RegExp(source, flags);
}

function translate(pattern: string, dialect: Dialect): string | undefined {
  let source = "";
  let depth = 0;
  /** Whether a quantifier has something to repeat. */
  let repeatable = false;
  for (let i = 0; i < pattern.length;) {
    const token = tokenAt(pattern, i, dialect);
    if (token === undefined) return undefined;
    i += token.length;
    if (token.kind === "open") depth++;
    if (token.kind === "close" && --depth < 0) return undefined;
    if (token.kind === "repeat") {
      // A second quantifier adds nothing; one with nothing before it stands for itself.
      if (repeatable) source += token.source;
      else if (source === "" || source.endsWith("(")) source += token.literal;
      repeatable = false;
      continue;
    }
    source += token.source;
    repeatable = token.kind === "atom" || token.kind === "close";
  }
  return depth === 0 ? source : undefined;
}

interface Token {
  readonly kind: "atom" | "repeat" | "open" | "close" | "mark";
  readonly length: number;
  readonly source: string;
  /** What a quantifier without anything to repeat stands for. */
  readonly literal: string;
}

function token(kind: Token["kind"], length: number, source: string, literal = ""): Token {
  return { kind, length, source, literal };
}

function tokenAt(pattern: string, at: number, dialect: Dialect): Token | undefined {
  const char = pattern[at] ?? "";
  if (char === "[") return bracket(pattern, at);
  if (char === "*") return token("repeat", 1, "*", "\\*");
  if (char === ".") return token("atom", 1, ".");
  if (char === "\\") return escaped(pattern, at, dialect);
  if (char === "^" || char === "$") return anchor(pattern, at, char, dialect);
  if (dialect === "extended" && "+?|(){".includes(char)) {
    return special(pattern, at, char, 0);
  }
  return token("atom", 1, quote(char));
}

/** In basic expressions only the first `^` and the last `$` are anchors. */
function anchor(pattern: string, at: number, char: string, dialect: Dialect): Token {
  const before = pattern.slice(Math.max(0, at - 2), at);
  const after = pattern.slice(at + 1, at + 3);
  const isFirst = at === 0 || before === "\\(" || before === "\\|";
  const isLast = at === pattern.length - 1 || after === "\\)" || after === "\\|";
  const isAnchor = dialect === "extended" || (char === "^" ? isFirst : isLast);
  return isAnchor ? token("mark", 1, char) : token("atom", 1, `\\${char}`);
}

function escaped(pattern: string, at: number, dialect: Dialect): Token | undefined {
  const char = pattern[at + 1];
  if (char === undefined) return undefined;
  if (dialect === "basic" && "+?|(){".includes(char)) return special(pattern, at + 1, char, 1);
  const kind = "<>bB".includes(char) ? "mark" : "atom";
  return token(kind, 2, ESCAPED_LETTERS[char] ?? quote(char));
}

function special(pattern: string, at: number, char: string, skipped: number): Token {
  const length = 1 + skipped;
  switch (char) {
    case "(":
      return token("open", length, "(");
    case ")":
      return token("close", length, ")");
    case "|":
      return token("mark", length, "|");
    case "{": {
      const count = /^\{(\d*)(,?)(\d*)\\?\}/.exec(pattern.slice(at));
      const [whole = "", from = "", comma = "", to = ""] = count ?? [];
      const isBackwards = to !== "" && Number(to) < Number(from);
      if (count === null || isBackwards) return token("atom", length, "\\{");
      return token("repeat", whole.length + skipped, `{${from || "0"}${comma}${to}}`, "\\{");
    }
    default:
      return token("repeat", length, char, `\\${char}`);
  }
}

function bracket(pattern: string, at: number): Token | undefined {
  const close = closingBracket(pattern, at, "^");
  if (close < 0) return undefined;
  const isNegated = pattern[at + 1] === "^";
  const members = pattern.slice(at + (isNegated ? 2 : 1), close);
  return token("atom", close + 1 - at, classSource(members, isNegated));
}

function quote(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}
