// `$(( … ))` and `(( … ))`. Whole numbers only, exact to 2^53; bash's own go to 2^63.
import type { Arithmetic, Word } from "./script.ts";

/** How the evaluator reads and writes the shell's variables. */
export interface Variables {
  expand(word: Word): string;
  read(name: string): string;
  assign(name: string, value: string): void;
  /** Says what is wrong; the value then no longer matters. */
  complain(message: string): void;
}

type Operator = (left: number, right: number) => number;

const OPERATORS: Readonly<Record<string, Operator>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => Math.trunc(left / right),
  "%": (left, right) => left % right,
  "**": (left, right) => left ** right,
  "<": (left, right) => Number(left < right),
  "<=": (left, right) => Number(left <= right),
  ">": (left, right) => Number(left > right),
  ">=": (left, right) => Number(left >= right),
  "==": (left, right) => Number(left === right),
  "!=": (left, right) => Number(left !== right),
  "&": (left, right) => Number(BigInt(left) & BigInt(right)),
  "|": (left, right) => Number(BigInt(left) | BigInt(right)),
  "^": (left, right) => Number(BigInt(left) ^ BigInt(right)),
  "<<": (left, right) => left * 2 ** right,
  ">>": (left, right) => Math.floor(left / 2 ** right),
  ",": (_left, right) => right,
};

/** Variables that name variables are followed this far. */
const DEEPEST = 32;

export function evaluate(expression: Arithmetic, variables: Variables): number {
  switch (expression.op) {
    case "word":
      return numberOf(variables.expand(expression.word).trim(), variables, 0);
    case "choice":
      return evaluate(expression.test, variables) !== 0
        ? evaluate(expression.yes, variables)
        : evaluate(expression.no, variables);
    case "unary":
      return unary(expression.operator, expression.operand, variables);
    case "postfix": {
      const old = evaluate(expression.operand, variables);
      store(expression.operand, old + (expression.operator === "++" ? 1 : -1), variables);
      return old;
    }
    case "binary":
      return binary(expression.operator, expression.left, expression.right, variables);
  }
}

function unary(operator: string, operand: Arithmetic, variables: Variables): number {
  const value = evaluate(operand, variables);
  switch (operator) {
    case "-":
      return -value;
    case "!":
      return Number(value === 0);
    case "~":
      return -value - 1;
    case "++":
      return store(operand, value + 1, variables);
    case "--":
      return store(operand, value - 1, variables);
    default:
      return value;
  }
}

function binary(
  operator: string,
  left: Arithmetic,
  right: Arithmetic,
  variables: Variables,
): number {
  if (operator === "=") return store(left, evaluate(right, variables), variables);
  if (operator === "&&") {
    return Number(evaluate(left, variables) !== 0 && evaluate(right, variables) !== 0);
  }
  if (operator === "||") {
    return Number(evaluate(left, variables) !== 0 || evaluate(right, variables) !== 0);
  }
  const assigns = operator.endsWith("=") && !/^([<>!=]=)$/.test(operator);
  const plain = assigns ? operator.slice(0, -1) : operator;
  const a = evaluate(left, variables);
  const b = evaluate(right, variables);
  const operation = OPERATORS[plain];
  if (operation === undefined) {
    variables.complain(`${operator}: syntax error: invalid arithmetic operator`);
    return 0;
  }
  if (b === 0 && (plain === "/" || plain === "%")) {
    variables.complain(`${a}${plain}${b}: division by 0 (error token is "${b}")`);
    return 0;
  }
  const value = operation(a, b);
  return assigns ? store(left, value, variables) : value;
}

function store(target: Arithmetic, value: number, variables: Variables): number {
  const name = target.op === "word" ? variables.expand(target.word).trim() : "";
  if (/^[A-Za-z_]\w*$/.test(name)) variables.assign(name, String(value));
  else variables.complain(`${name}: attempted assignment to non-variable`);
  return value;
}

function numberOf(text: string, variables: Variables, depth: number): number {
  if (text === "") return 0;
  if (/^[A-Za-z_]\w*$/.test(text)) {
    if (depth < DEEPEST) return numberOf(variables.read(text).trim(), variables, depth + 1);
    variables.complain(`${text}: expression recursion level exceeded`);
    return 0;
  }
  const value = parseNumber(text);
  if (value !== undefined) return value;
  variables.complain(`${text}: syntax error: invalid arithmetic operator`);
  return 0;
}

function parseNumber(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[+-]/, "");
  if (/^0[xX][0-9a-fA-F]+$/.test(digits)) return sign * parseInt(digits, 16);
  if (/^0[0-7]+$/.test(digits)) return sign * parseInt(digits, 8);
  if (/^\d+$/.test(digits)) return sign * Number(digits);
  const based = /^(\d+)#([0-9a-zA-Z]+)$/.exec(digits);
  const value = based === null ? NaN : parseInt(based[2] ?? "", Number(based[1]));
  return Number.isNaN(value) ? undefined : sign * value;
}
