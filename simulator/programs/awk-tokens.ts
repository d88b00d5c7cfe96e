// The words of an awk program.

type TokenKind = "number" | "text" | "pattern" | "name" | "call" | "sign" | "line" | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
}

export const KEYWORDS = [
  ..."BEGIN END break continue delete do else exit for if in next print printf while".split(" "),
  ...["function", "getline", "return"],
];
const SIGNS = /^(\*\*=?|\+\+|--|&&|\|\||[-+*/%^!=<>~]=|!~|>>|[-+*/%^!<>|?:~$=,;(){}[\]\n])/;

/** The tokens, the last of kind "end", or what none can be made of. */
export function tokensOf(text: string): Token[] | { readonly complaint: string } {
  const tokens: Token[] = [];
  let line = 1;
  let i = 0;
  const add = (kind: TokenKind, value: string, length: number): void => {
    tokens.push({ kind, text: value, line });
    i += length;
  };
  while (i < text.length) {
    const rest = text.slice(i);
    const blank = /^([ \t\r]+|\\\n|#[^\n]*)/.exec(rest)?.[0];
    const number = /^(0x[0-9a-f]+|(\d+\.?\d*|\.\d+)(e[-+]?\d+)?)/i.exec(rest)?.[0];
    const name = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    const sign = SIGNS.exec(rest)?.[0];
    if (blank !== undefined) {
      i += blank.length;
    } else if (number !== undefined) {
      add("number", number, number.length);
    } else if (name !== undefined) {
      const isCall = text[i + name.length] === "(" && !KEYWORDS.includes(name);
      add(isCall ? "call" : "name", name, name.length);
    } else if (rest.startsWith('"')) {
      const match = STRING.exec(rest);
      if (match === null) return runaway("string constant", rest, line);
      add("text", unescapeAwk(match[1] ?? ""), match[0].length);
    } else if (rest.startsWith("/") && mayBePattern(tokens.at(-1))) {
      const match = PATTERN.exec(rest);
      if (match === null) return runaway("regular expression", rest, line);
      add("pattern", (match[1] ?? "").replaceAll("\\/", "/"), match[0].length);
    } else if (sign === undefined) {
      return { complaint: syntaxError(line, rest[0] ?? "") };
    } else {
      add(sign === "\n" ? "line" : "sign", sign, sign.length);
      if (sign === "\n") line++;
    }
  }
  tokens.push({ kind: "end", text: "", line });
  return tokens;
}

const STRING = /^"((?:[^"\\\n]|\\[\s\S])*)"/;
const PATTERN = /^\/((?:[^/\\\n]|\\.|\[(?:[^\]\\]|\\.)*\])*)\//;

export function syntaxError(line: number, near: string): string {
  return `awk: line ${line}: syntax error at or near ${near}\n`;
}

function runaway(what: string, rest: string, line: number): { readonly complaint: string } {
  return { complaint: `awk: line ${line}: runaway ${what} ${rest.slice(0, 20)} ...\n` };
}

/** After a value a slash divides. */
function mayBePattern(before: Token | undefined): boolean {
  if (before === undefined || before.kind === "line") return true;
  if (before.kind === "name") return KEYWORDS.includes(before.text);
  return before.kind === "sign" && !/^(\)|\]|\$|\+\+|--)$/.test(before.text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  '"': '"',
  "/": "/",
};

export function unescapeAwk(text: string): string {
  return text.replace(/\\([\s\S])/g, (whole, char: string) => ESCAPES[char] ?? whole);
}
