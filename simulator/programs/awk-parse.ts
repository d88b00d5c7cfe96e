// Reads an awk program by recursive descent, from the loosest operator to the tightest. What cannot
// stand where it stands ends the reading.
import {
  AWK_FUNCTIONS,
  type AwkExpression,
  type AwkProgram,
  type AwkRule,
  type AwkStatement,
} from "./awk-syntax.ts";
import { KEYWORDS, syntaxError, type Token, tokensOf } from "./awk-tokens.ts";

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  /** The first complaint. */
  complaint: string | undefined;
  /** Within `print` without parentheses `>` is a redirection. */
  noGreater: boolean;
}

export function parseAwk(text: string): AwkProgram | { readonly complaint: string } {
  const tokens = tokensOf(text);
  if ("complaint" in tokens) return tokens;
  const reader: Reader = { tokens, at: 0, complaint: undefined, noGreater: false };
  const rules = readRules(reader);
  return reader.complaint === undefined ? { rules } : { complaint: reader.complaint };
}

const NOTHING: AwkExpression = { is: "number", value: 0 };

/** Goes to the end, so that everything under way comes to its own. */
function refuse(reader: Reader, complaint?: string): AwkExpression {
  const { kind, line, text } = tokenOf(reader);
  const near = kind === "end" || kind === "line" ? "end of line" : text;
  reader.complaint ??= complaint ?? syntaxError(line, near);
  reader.at = reader.tokens.length - 1;
  return NOTHING;
}

function readRules(reader: Reader): AwkRule[] {
  const rules: AwkRule[] = [];
  for (;;) {
    skipEnds(reader);
    if (tokenOf(reader).kind === "end") return rules;
    rules.push(readRule(reader));
  }
}

function tokenOf(reader: Reader): Token {
  return reader.tokens[reader.at] ?? { kind: "end", text: "", line: 1 };
}

function isAt(reader: Reader, ...texts: readonly string[]): boolean {
  const { kind, text } = tokenOf(reader);
  return (kind === "sign" || kind === "name") && texts.includes(text);
}

function accept(reader: Reader, ...texts: readonly string[]): string | undefined {
  if (!isAt(reader, ...texts)) return undefined;
  return reader.tokens[reader.at++]?.text;
}

function expect(reader: Reader, text: string): void {
  if (accept(reader, text) === undefined) refuse(reader);
}

function skipLines(reader: Reader): void {
  while (tokenOf(reader).kind === "line") reader.at++;
}

function skipEnds(reader: Reader): void {
  while (tokenOf(reader).kind === "line" || isAt(reader, ";")) reader.at++;
}

function readRule(reader: Reader): AwkRule {
  const special = accept(reader, "BEGIN", "END") as "BEGIN" | "END" | undefined;
  if (special !== undefined) {
    if (!isAt(reader, "{")) refuse(reader);
    return { when: special, from: undefined, to: undefined, body: readBlock(reader) };
  }
  const from = isAt(reader, "{") ? undefined : readExpression(reader);
  let to: AwkExpression | undefined;
  if (from !== undefined && accept(reader, ",") !== undefined) {
    skipLines(reader);
    to = readExpression(reader);
  }
  const body = isAt(reader, "{") ? readBlock(reader) : undefined;
  if (
    body === undefined &&
    !(tokenOf(reader).kind === "end" || tokenOf(reader).kind === "line" || isAt(reader, ";"))
  ) {
    refuse(reader);
  }
  return { when: "line", from, to, body };
}

function readBlock(reader: Reader): AwkStatement {
  expect(reader, "{");
  const statements: AwkStatement[] = [];
  for (;;) {
    skipEnds(reader);
    if (accept(reader, "}") !== undefined) return { do: "block", statements };
    if (tokenOf(reader).kind === "end") {
      refuse(reader);
      return { do: "block", statements };
    }
    statements.push(readStatement(reader));
  }
}

/** A statement with what ends it: a line, a semicolon, or the brace that closes the block. */
function readStatement(reader: Reader): AwkStatement {
  if (isAt(reader, "{")) return readBlock(reader);
  if (accept(reader, ";") !== undefined) return { do: "block", statements: [] };
  if (accept(reader, "if") !== undefined) return readIfStatement(reader);
  if (accept(reader, "while") !== undefined) {
    const test = readCondition(reader);
    const common = { first: undefined, next: undefined, bodyFirst: false } as const;
    return { do: "loop", test, body: readBody(reader), ...common };
  }
  if (accept(reader, "do") !== undefined) return readDoStatement(reader);
  if (accept(reader, "for") !== undefined) return readForStatement(reader);
  const simple = readSimpleStatement(reader);
  endStatement(reader);
  return simple;
}

function endStatement(reader: Reader): void {
  if (accept(reader, ";") !== undefined || isAt(reader, "}")) return;
  if (tokenOf(reader).kind === "line") reader.at++;
  else if (tokenOf(reader).kind !== "end") refuse(reader);
}

function readCondition(reader: Reader): AwkExpression {
  expect(reader, "(");
  const test = readExpression(reader);
  expect(reader, ")");
  return test;
}

function readBody(reader: Reader): AwkStatement {
  skipLines(reader);
  return readStatement(reader);
}

function readIfStatement(reader: Reader): AwkStatement {
  const test = readCondition(reader);
  const yes = readBody(reader);
  const before = reader.at;
  skipEnds(reader);
  if (accept(reader, "else") !== undefined) return { do: "if", test, yes, no: readBody(reader) };
  reader.at = before;
  return { do: "if", test, yes, no: undefined };
}

function readDoStatement(reader: Reader): AwkStatement {
  const body = readBody(reader);
  skipEnds(reader);
  expect(reader, "while");
  const test = readCondition(reader);
  endStatement(reader);
  return { do: "loop", test, body, first: undefined, next: undefined, bodyFirst: true };
}

function readForStatement(reader: Reader): AwkStatement {
  expect(reader, "(");
  const [name, word, array] = reader.tokens.slice(reader.at, reader.at + 3);
  const closing = reader.tokens[reader.at + 3];
  if (
    name?.kind === "name" &&
    word?.text === "in" &&
    array?.kind === "name" &&
    closing?.text === ")"
  ) {
    reader.at += 4;
    return { do: "each", name: name.text, array: array.text, body: readBody(reader) };
  }
  const first = isAt(reader, ";") ? undefined : readSimpleStatement(reader);
  expect(reader, ";");
  const test = isAt(reader, ";") ? undefined : readExpression(reader);
  expect(reader, ";");
  const next = isAt(reader, ")") ? undefined : readSimpleStatement(reader);
  expect(reader, ")");
  return { do: "loop", first, test, next, body: readBody(reader), bodyFirst: false };
}

function readSimpleStatement(reader: Reader): AwkStatement {
  if (isAt(reader, "print", "printf")) return readPrint(reader);
  const jump = accept(reader, "next", "break", "continue") as
    "next" | "break" | "continue" | undefined;
  if (jump !== undefined) return { do: jump };
  if (accept(reader, "exit") !== undefined) {
    const isAlone =
      isAt(reader, ";", "}") || tokenOf(reader).kind === "line" || tokenOf(reader).kind === "end";
    return { do: "exit", code: isAlone ? undefined : readExpression(reader) };
  }
  if (accept(reader, "delete") !== undefined) {
    const array = tokenOf(reader).text;
    if (tokenOf(reader).kind !== "name") refuse(reader);
    reader.at++;
    return { do: "delete", array, key: isAt(reader, "[") ? readSubscript(reader) : undefined };
  }
  return { do: "expression", value: readExpression(reader) };
}

function readPrint(reader: Reader): AwkStatement {
  const isFormatted = accept(reader, "print", "printf") === "printf";
  const values = readPrinted(reader);
  const sign = accept(reader, ">", ">>");
  if (isAt(reader, "|")) refuse(reader);
  const to =
    sign === undefined ? undefined : { appends: sign === ">>", path: readConcatenation(reader) };
  return { do: "print", isFormatted, values, to };
}

/** `print (a, b)` is the same as `print a, b`; `print (a) b` is one value. */
function readPrinted(reader: Reader): AwkExpression[] {
  if (isAt(reader, ";", "}", ">", ">>", "|") || ["line", "end"].includes(tokenOf(reader).kind))
    return [];
  if (isAt(reader, "(")) {
    const before = reader.at;
    reader.at++;
    const list = readExpressions(reader, ")");
    expect(reader, ")");
    const isWhole =
      isAt(reader, ";", "}", ">", ">>", "|") || ["line", "end"].includes(tokenOf(reader).kind);
    if (isWhole) return list;
    reader.at = before;
  }
  const outer = reader.noGreater;
  reader.noGreater = true;
  const values = readExpressions(reader, "");
  reader.noGreater = outer;
  return values;
}

function readExpressions(reader: Reader, closing: string): AwkExpression[] {
  if (closing !== "" && isAt(reader, closing)) return [];
  const outer = reader.noGreater;
  if (closing !== "") reader.noGreater = false;
  const values: AwkExpression[] = [];
  do {
    skipLines(reader);
    values.push(readExpression(reader));
  } while (accept(reader, ",") !== undefined);
  reader.noGreater = outer;
  return values;
}

function readExpression(reader: Reader): AwkExpression {
  const left = readChoice(reader);
  const by = isAt(reader, "=", "+=", "-=", "*=", "/=", "%=", "^=", "**=")
    ? tokenOf(reader).text
    : undefined;
  if (by === undefined) return left;
  if (left.is !== "variable" && left.is !== "element" && left.is !== "field") return refuse(reader);
  reader.at++;
  skipLines(reader);
  return {
    is: "assign",
    to: left,
    by: by.slice(0, -1).replace("**", "^"),
    value: readExpression(reader),
  };
}

function readChoice(reader: Reader): AwkExpression {
  const test = readOr(reader);
  if (accept(reader, "?") === undefined) return test;
  const yes = readExpression(reader);
  expect(reader, ":");
  return { is: "choose", test, yes, no: readExpression(reader) };
}

function readOr(reader: Reader): AwkExpression {
  return readChain(reader, ["||"], () => readChain(reader, ["&&"], () => readMembership(reader)));
}

/** Operators of one rank, the left ones first. */
function readChain(
  reader: Reader,
  signs: readonly string[],
  next: () => AwkExpression,
): AwkExpression {
  let left = next();
  for (let by = accept(reader, ...signs); by !== undefined; by = accept(reader, ...signs)) {
    skipLines(reader);
    left = { is: "binary", by, left, right: next() };
  }
  return left;
}

function readMembership(reader: Reader): AwkExpression {
  let left = readMatch(reader);
  while (accept(reader, "in") !== undefined) {
    if (tokenOf(reader).kind !== "name") refuse(reader);
    left = { is: "in", key: [left], array: tokenOf(reader).text };
    reader.at++;
  }
  return left;
}

function readMatch(reader: Reader): AwkExpression {
  return readChain(reader, ["~", "!~"], () => readComparison(reader));
}

function readComparison(reader: Reader): AwkExpression {
  const left = readConcatenation(reader);
  const signs = ["<", "<=", "==", "!=", ">=", ...(reader.noGreater ? [] : [">"])];
  const by = accept(reader, ...signs);
  return by === undefined ? left : { is: "binary", by, left, right: readConcatenation(reader) };
}

function readConcatenation(reader: Reader): AwkExpression {
  let left = readSum(reader);
  while (beginsValue(reader)) left = { is: "binary", by: " ", left, right: readSum(reader) };
  return left;
}

function beginsValue(reader: Reader): boolean {
  const { kind, text } = tokenOf(reader);
  if (kind === "name") return !KEYWORDS.includes(text);
  if (kind === "sign") return ["$", "!", "(", "-", "+", "++", "--"].includes(text);
  return ["number", "text", "pattern", "call"].includes(kind);
}

function readSum(reader: Reader): AwkExpression {
  return readChain(reader, ["+", "-"], () =>
    readChain(reader, ["*", "/", "%"], () => readUnary(reader)),
  );
}

function readUnary(reader: Reader): AwkExpression {
  const by = accept(reader, "!", "-", "+") as "!" | "-" | "+" | undefined;
  return by === undefined ? readPower(reader) : { is: "unary", by, value: readUnary(reader) };
}

function readPower(reader: Reader): AwkExpression {
  const left = readPostfix(reader);
  if (accept(reader, "^", "**") === undefined) return left;
  return { is: "binary", by: "^", left, right: readUnary(reader) };
}

function readPostfix(reader: Reader): AwkExpression {
  const before = accept(reader, "++", "--");
  const value = readPrimary(reader);
  const isTarget = value.is === "variable" || value.is === "element" || value.is === "field";
  if (before !== undefined) {
    if (!isTarget) return refuse(reader);
    return { is: "step", to: value, by: before === "++" ? 1 : -1, isBefore: true };
  }
  const after = isTarget ? accept(reader, "++", "--") : undefined;
  if (after === undefined || !isTarget) return value;
  return { is: "step", to: value, by: after === "++" ? 1 : -1, isBefore: false };
}

function readPrimary(reader: Reader): AwkExpression {
  const token = tokenOf(reader);
  switch (token.kind) {
    case "number":
      reader.at++;
      return { is: "number", value: Number(token.text) };
    case "text":
      reader.at++;
      return { is: "text", value: token.text };
    case "pattern":
      reader.at++;
      return { is: "pattern", source: token.text };
    case "call":
      return readCall(reader);
    case "name":
      return readName(reader);
    default:
      break;
  }
  if (accept(reader, "$") !== undefined) {
    const step = accept(reader, "++", "--");
    const index = readPrimary(reader);
    const isTarget = index.is === "variable" || index.is === "element";
    if (step === undefined || !isTarget) return { is: "field", index };
    const by = step === "++" ? 1 : -1;
    return { is: "field", index: { is: "step", to: index, by, isBefore: true } };
  }
  if (accept(reader, "-", "+") !== undefined) {
    return { is: "unary", by: token.text as "-" | "+", value: readUnary(reader) };
  }
  expect(reader, "(");
  const values = readExpressions(reader, ")");
  expect(reader, ")");
  const [only] = values;
  if (values.length > 1 && accept(reader, "in") !== undefined) {
    if (tokenOf(reader).kind !== "name") refuse(reader);
    const array = tokenOf(reader).text;
    reader.at++;
    return { is: "in", key: values, array };
  }
  if (only === undefined || values.length > 1) return refuse(reader);
  // Parentheses keep `(x) = 1` from being an assignment; nobody writes that.
  return only;
}

function readCall(reader: Reader): AwkExpression {
  const { text: name, line } = tokenOf(reader);
  reader.at++;
  expect(reader, "(");
  const args = readExpressions(reader, ")");
  expect(reader, ")");
  if (AWK_FUNCTIONS.includes(name)) return { is: "call", name, args };
  return refuse(reader, `awk: line ${line}: function ${name} never defined\n`);
}

function readName(reader: Reader): AwkExpression {
  const token = tokenOf(reader);
  if (KEYWORDS.includes(token.text)) return refuse(reader);
  reader.at++;
  if (token.text === "length") return { is: "call", name: "length", args: [] };
  if (!isAt(reader, "[")) return { is: "variable", name: token.text };
  return { is: "element", array: token.text, key: readSubscript(reader) };
}

function readSubscript(reader: Reader): AwkExpression[] {
  expect(reader, "[");
  const key = readExpressions(reader, "]");
  expect(reader, "]");
  return key;
}
