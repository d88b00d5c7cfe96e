// The smallest parts of a script: simple commands, their assignments and redirections, and what
// `[[ … ]]` and `(( … ))` hold.
import type {
  ArithmeticExpression,
  Command,
  Redirection as ParsedRedirection,
  TestExpression as ParsedTest,
  Assignment as ParsedAssignment,
} from "unbash";
import type { Assignment, Redirection, SimpleCommand, TestExpression, Word } from "./script.ts";
import {
  type Conversion,
  convertArithmetic,
  convertParts,
  convertWord,
  convertWords,
  plainWord,
} from "./words.ts";

interface Scope {
  readonly conversion: Conversion;
}

export function simpleCommand(scope: Scope, node: Command): SimpleCommand {
  const { conversion } = scope;
  const words = node.name === undefined ? [] : convertWords(node.name, conversion);
  for (const argument of node.args) {
    if (argument.type === "Word") words.push(...convertWords(argument, conversion));
    else words.push(assignmentWord(scope, argument));
  }
  const assignments: Assignment[] = [];
  for (const item of node.prefix) {
    if (item.type === "Assignment") assignments.push(assignment(scope, item));
  }
  const redirections = node.redirects.map((each) => redirection(scope, each));
  return { do: "command", assignments, words, redirections, line: lineOf(scope, node.pos) };
}

function assignment({ conversion }: Scope, node: ParsedAssignment): Assignment {
  const { name, value, append = false } = node;
  if (value.type === "ArrayValue" || node.index !== undefined) {
    conversion.complain("arrays are not supported here", node.pos);
    return { name, value: plainWord(""), append };
  }
  return { name, value: convertWord(value, conversion), append };
}

/** `export x=$y`: an argument whose value is not split, like an assignment's. */
function assignmentWord(scope: Scope, node: ParsedAssignment): Word {
  const { name, value, append } = assignment(scope, node);
  const start = plainWord(append ? `${name}+=` : `${name}=`);
  const quoted = value.parts.map((part) => ({ ...part, quoted: true }));
  return { parts: [...start.parts, ...quoted] };
}

export function redirection(scope: Scope, node: ParsedRedirection): Redirection {
  const { conversion } = scope;
  const given = node.descriptor?.type === "FileDescriptor" ? node.descriptor.value : undefined;
  if (node.type === "HereDoc") {
    const { parts, text } = node.body;
    const body = parts === undefined ? plainWord(text) : { parts: convertParts(parts, conversion) };
    return { to: "text", fd: given ?? 0, text: body };
  }
  const { target: word } = node;
  const target = word === undefined ? plainWord("") : convertWord(word, conversion);
  if (node.type === "HereString") {
    const text = { parts: [...target.parts, ...plainWord("\n").parts] };
    return { to: "text", fd: given ?? 0, text };
  }
  switch (node.operator) {
    case "<":
    case "<>":
      return { to: "input", fd: given ?? 0, target };
    case "<&":
      return { to: "copy", fd: given ?? 0, target };
    case ">&": {
      const isDescriptor = word !== undefined && /^(\d+|-|\$.*)$/.test(word.text);
      if (!isDescriptor && given === undefined) return { to: "both", target, append: false };
      return { to: "copy", fd: given ?? 1, target };
    }
    case "&>":
    case "&>>":
      return { to: "both", target, append: node.operator === "&>>" };
    case ">":
    case ">|":
    case ">>":
      return { to: "file", fd: given ?? 1, target, append: node.operator === ">>" };
  }
}

export function testExpression(scope: Scope, node: ParsedTest): TestExpression {
  const { conversion } = scope;
  switch (node.type) {
    case "TestUnary":
      return {
        test: "unary",
        operator: node.operator,
        operand: convertWord(node.operand, conversion),
      };
    case "TestBinary":
      return {
        test: "binary",
        operator: node.operator,
        left: convertWord(node.left, conversion),
        right: convertWord(node.right, conversion),
      };
    case "TestLogical": {
      const operands = node.operands.map((each) => testExpression(scope, each));
      return { test: node.operator === "&&" ? "and" : "or", operands };
    }
    case "TestNot": {
      const operand = testExpression(scope, node.operand);
      return node.negations.length % 2 === 1 ? { test: "not", operand } : operand;
    }
    case "TestGroup":
      return testExpression(scope, node.expression);
  }
}

export function arithmetic(
  { conversion }: Scope,
  expression: ArithmeticExpression | undefined,
): ReturnType<typeof convertArithmetic> {
  if (expression === undefined) return { op: "word", word: plainWord("0") };
  return convertArithmetic(expression, conversion);
}

export function lineOf({ conversion }: Scope, pos: number): number {
  return conversion.source.slice(0, pos).split("\n").length;
}
