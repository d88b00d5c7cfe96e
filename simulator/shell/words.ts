// From unbash's words to ours: plain data, quoting made explicit, braces expanded.
import {
  type ArithmeticExpression,
  parse,
  type ParameterExpansionPart,
  type ParameterOperation,
  type ParsedScript,
  type Word as ParsedWord,
  type WordPart,
} from "unbash";
import { expandBraces } from "./braces.ts";
import type { Arithmetic, Operation, Part, Script, Variable, Word } from "./script.ts";

/** What the conversion needs of `parse.ts`: scripts inside words, and a place for complaints. */
export interface Conversion {
  readonly source: string;
  compile(script: ParsedScript, text: string): Script;
  complain(message: string, at: number): void;
}

/** One parsed word is several when it has braces: `{a,b}c` is `ac bc`. */
export function convertWords(word: ParsedWord, conversion: Conversion): Word[] {
  if (!word.parts?.some((part) => part.type === "BraceExpansion")) {
    return [convertWord(word, conversion)];
  }
  return expandBraces(word.text).map((text) => {
    const statement = parse(`: ${text}`).commands[0]?.command;
    const argument = statement?.type === "Command" ? statement.args[0] : undefined;
    return argument?.type === "Word" ? convertWord(argument, conversion) : plainWord(text);
  });
}

export function convertWord(word: ParsedWord, conversion: Conversion): Word {
  const parts =
    word.parts === undefined
      ? unescaped(word.text)
      : word.parts.flatMap((part) => convertPart(part, false, conversion));
  return { parts };
}

export function plainWord(text: string): Word {
  return { parts: [{ part: "text", text, quoted: true }] };
}

/** A here-document's body: expanded, never split. */
export function convertParts(parts: readonly WordPart[], conversion: Conversion): Part[] {
  return parts.flatMap((part) => convertPart(part, true, conversion));
}

function convertPart(part: WordPart, quoted: boolean, conversion: Conversion): Part[] {
  switch (part.type) {
    case "Literal":
      return quoted ? [{ part: "text", text: part.value, quoted }] : unescaped(part.text);
    case "Glob":
      // What stands between brackets is expanded like anything else.
      if (part.kind === "bracket") return bracketParts(part.parts, quoted, conversion);
      return [{ part: "text", text: part.text, quoted }];
    case "ExtendedGlob":
    case "BraceExpansion":
      return [{ part: "text", text: part.text, quoted }];
    case "SingleQuoted":
    case "AnsiCQuoted":
      return [{ part: "text", text: part.value, quoted: true }];
    case "DoubleQuoted":
    case "LocaleString":
      // Even "" is a field: an empty quoted text keeps it.
      if (part.parts.length === 0) return [{ part: "text", text: "", quoted: true }];
      return part.parts.flatMap((child) => convertPart(child, true, conversion));
    case "SimpleExpansion":
      return [variable(part.text.slice(1), quoted)];
    case "ParameterExpansion":
      return [convertParameter(part, quoted, conversion)];
    case "CommandExpansion": {
      const inner = part.text.startsWith("`") ? part.text.slice(1, -1) : part.text.slice(2, -1);
      if (part.script === undefined) return [];
      return [{ part: "command", script: conversion.compile(part.script, inner.trim()), quoted }];
    }
    case "ArithmeticExpansion": {
      const { expression } = part;
      const converted =
        expression === undefined ? zero() : convertArithmetic(expression, conversion);
      return [{ part: "arithmetic", expression: converted, quoted }];
    }
    case "ProcessSubstitution":
      conversion.complain("process substitution is not supported here", part.pos);
      return [];
  }
}

function bracketParts(parts: readonly WordPart[], quoted: boolean, conversion: Conversion): Part[] {
  const inner = parts.flatMap((each) => convertPart(each, quoted, conversion));
  const side = (text: string): Part => ({ part: "text", text, quoted });
  return [side("["), ...inner, side("]")];
}

function variable(name: string, quoted: boolean): Variable {
  return { part: "variable", name, quoted, length: false, operation: undefined };
}

function convertParameter(
  part: ParameterExpansionPart,
  quoted: boolean,
  conversion: Conversion,
): Variable {
  if (part.index !== undefined || part.prefix === "!") {
    conversion.complain(`${part.text}: not supported here`, part.pos);
  }
  const { operation } = part;
  return {
    part: "variable",
    name: part.parameter,
    quoted,
    length: part.prefix === "#",
    operation:
      operation === undefined ? undefined : convertOperation(operation, part.text, conversion),
  };
}

function convertOperation(
  operation: ParameterOperation,
  text: string,
  conversion: Conversion,
): Operation | undefined {
  switch (operation.type) {
    case "Default": {
      const operand = convertWord(operation.operand, conversion);
      return { kind: "default", operator: operation.operator, operand };
    }
    case "Remove": {
      const pattern = convertWord(operation.operand, conversion);
      return { kind: "remove", operator: operation.operator, pattern };
    }
    case "Replace":
      return {
        kind: "replace",
        operator: operation.operator,
        pattern: convertWord(operation.pattern, conversion),
        replacement: convertWord(operation.replacement, conversion),
      };
    case "Slice":
      return {
        kind: "slice",
        offset: convertWord(operation.offset, conversion),
        length:
          operation.length === undefined ? undefined : convertWord(operation.length, conversion),
      };
    case "CaseModification":
      return { kind: "case", operator: operation.operator };
    default:
      conversion.complain(`${text}: bad substitution`, operation.pos);
      return undefined;
  }
}

export function convertArithmetic(
  expression: ArithmeticExpression,
  conversion: Conversion,
): Arithmetic {
  const convert = (inner: ArithmeticExpression): Arithmetic => convertArithmetic(inner, conversion);
  switch (expression.type) {
    case "ArithmeticWord": {
      const { parts, value } = expression;
      if (parts === undefined) return { op: "word", word: plainWord(value) };
      return { op: "word", word: { parts: convertParts(parts, conversion) } };
    }
    case "ArithmeticGroup":
      return convert(expression.expression);
    case "ArithmeticUnary": {
      const { operator, prefix } = expression;
      return { op: prefix ? "unary" : "postfix", operator, operand: convert(expression.operand) };
    }
    case "ArithmeticBinary": {
      const { operator, left, right } = expression;
      return { op: "binary", operator, left: convert(left), right: convert(right) };
    }
    case "ArithmeticTernary": {
      const { test, consequent, alternate } = expression;
      return {
        op: "choice",
        test: convert(test),
        yes: convert(consequent),
        no: convert(alternate),
      };
    }
    case "ArithmeticCommandExpansion": {
      const script = conversion.compile(
        expression.script ?? emptyScript(expression.pos),
        expression.text,
      );
      return { op: "word", word: { parts: [{ part: "command", script, quoted: true }] } };
    }
  }
}

function zero(): Arithmetic {
  return { op: "word", word: plainWord("0") };
}

function emptyScript(at: number): ParsedScript {
  return { type: "Script", pos: at, end: at, shebang: undefined, commands: [] };
}

/** Unquoted text: a backslash quotes the character after it, a backslash and newline vanish. */
function unescaped(text: string): Part[] {
  const parts: Part[] = [];
  let plain = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "\\" || i + 1 === text.length) {
      plain += text[i];
      continue;
    }
    i++;
    if (text[i] === "\n") continue;
    if (plain !== "") parts.push({ part: "text", text: plain, quoted: false });
    parts.push({ part: "text", text: text[i] ?? "", quoted: true });
    plain = "";
  }
  if (plain !== "") parts.push({ part: "text", text: plain, quoted: false });
  return parts;
}
