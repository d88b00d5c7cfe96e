// Reads an awk program: its rules and their statements. What cannot stand where it stands ends the
// reading.
import {
  readConcatenation,
  readExpression,
  readExpressions,
  readSubscript,
} from "./awk-expression.ts";
import {
  accept,
  expect,
  isAt,
  refuse,
  skipEnds,
  skipLines,
  tokenOf,
  type Reader,
} from "./awk-reader.ts";
import {
  type AwkExpression,
  type AwkProgram,
  type AwkRule,
  type AwkStatement,
} from "./awk-syntax.ts";
import { tokensOf } from "./awk-tokens.ts";

export function parseAwk(text: string): AwkProgram | { readonly complaint: string } {
  const tokens = tokensOf(text);
  if ("complaint" in tokens) return tokens;
  const reader: Reader = { tokens, at: 0, complaint: undefined, noGreater: false };
  const rules = readRules(reader);
  return reader.complaint === undefined ? { rules } : { complaint: reader.complaint };
}

function readRules(reader: Reader): AwkRule[] {
  const rules: AwkRule[] = [];
  for (;;) {
    skipEnds(reader);
    if (tokenOf(reader).kind === "end") return rules;
    rules.push(readRule(reader));
  }
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
  if (isAt(reader, ";", "}", ">", ">>", "|") || ["line", "end"].includes(tokenOf(reader).kind)) {
    return [];
  }
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
