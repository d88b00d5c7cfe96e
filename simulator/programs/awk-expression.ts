// Reads the expressions of an awk program, from the loosest operator to the tightest.
import { accept, expect, isAt, refuse, skipLines, tokenOf, type Reader } from "./awk-reader.ts";
import { AWK_FUNCTIONS, type AwkExpression } from "./awk-syntax.ts";
import { KEYWORDS } from "./awk-tokens.ts";

export function readExpressions(reader: Reader, closing: string): AwkExpression[] {
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

export function readExpression(reader: Reader): AwkExpression {
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

export function readConcatenation(reader: Reader): AwkExpression {
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

export function readSubscript(reader: Reader): AwkExpression[] {
  expect(reader, "[");
  const key = readExpressions(reader, "]");
  expect(reader, "]");
  return key;
}
