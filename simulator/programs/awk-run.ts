// Runs an awk program: a record of what it knows between two lines, and functions that change it.
// Numbers that come from input compare as numbers, and print as they came (POSIX awk's "strnum").
import { callAwk } from "./awk-functions.ts";
import {
  arrayOf,
  type AwkRun,
  BUDGET,
  patternOf,
  setFieldCount,
  setLine,
  setVariable,
  splitText,
  UNSET,
  variable,
} from "./awk-record.ts";
import type { AwkExpression, AwkRule, AwkStatement, AwkTarget } from "./awk-syntax.ts";
import { type AwkValue, compareValues, isTrue, numberOf, textOf, fromInput } from "./awk-values.ts";

export function runBegin(run: AwkRun): void {
  for (const rule of run.program.rules) if (rule.when === "BEGIN") runBody(run, rule);
}

export function runEnd(run: AwkRun): void {
  const { exit } = run;
  run.exit = undefined;
  for (const rule of run.program.rules) if (rule.when === "END") runBody(run, rule);
  run.exit ??= exit;
}

/** True when there is something to do with lines, so that input is read at all. */
export function readsLines({ program }: AwkRun): boolean {
  return program.rules.some(({ when }) => when !== "BEGIN");
}

export function runLine(run: AwkRun, line: string): void {
  run.budget = BUDGET;
  setVariable(run, "NR", numberOf(variable(run, "NR")) + 1);
  setVariable(run, "FNR", numberOf(variable(run, "FNR")) + 1);
  setLine(run, line);
  for (const [i, rule] of run.program.rules.entries()) {
    if (run.exit !== undefined) return;
    if (rule.when === "line" && matches(run, rule, i) && runBody(run, rule) === "next") return;
  }
}

function matches(run: AwkRun, { from, to }: AwkRule, index: number): boolean {
  if (from === undefined) return true;
  if (to === undefined) return isTrue(evaluate(run, from));
  if (!run.open.has(index) && !isTrue(evaluate(run, from))) return false;
  if (isTrue(evaluate(run, to))) run.open.delete(index);
  else run.open.add(index);
  return true;
}

function runBody(run: AwkRun, { body }: AwkRule): Flow {
  if (body !== undefined) return execute(run, body);
  say(run, undefined, false, textOf(run.fields[0] ?? "") + textOf(variable(run, "ORS")));
  return "on";
}

type Flow = "on" | "next" | "break" | "continue" | "exit";

function execute(run: AwkRun, statement: AwkStatement): Flow {
  if (run.exit !== undefined) return "exit";
  if (--run.budget < 0) {
    run.exit = 2;
    return "exit";
  }
  switch (statement.do) {
    case "expression":
      evaluate(run, statement.value);
      return "on";
    case "print":
      print(run, statement);
      return "on";
    case "if": {
      const chosen = isTrue(evaluate(run, statement.test)) ? statement.yes : statement.no;
      return chosen === undefined ? "on" : execute(run, chosen);
    }
    case "loop":
      return loop(run, statement);
    case "each":
      return eachKey(run, statement);
    case "block":
      for (const each of statement.statements) {
        const flow = execute(run, each);
        if (flow !== "on") return flow;
      }
      return "on";
    case "exit":
      run.exit = statement.code === undefined ? 0 : numberOf(evaluate(run, statement.code)) & 255;
      return "exit";
    case "delete":
      if (statement.key === undefined) run.arrays.delete(statement.array);
      else arrayOf(run, statement.array).delete(keyOf(run, statement.key));
      return "on";
    default:
      return statement.do;
  }
}

function loop(run: AwkRun, statement: AwkStatement & { do: "loop" }): Flow {
  const { first, test, next, body, bodyFirst } = statement;
  if (first !== undefined) execute(run, first);
  for (let isFirst = bodyFirst; ; isFirst = false) {
    if (!isFirst && test !== undefined && !isTrue(evaluate(run, test))) return "on";
    const flow = execute(run, body);
    if (flow === "break") return "on";
    if (flow === "next" || flow === "exit") return flow;
    if (next !== undefined) execute(run, next);
  }
}

function eachKey(run: AwkRun, { name, array, body }: AwkStatement & { do: "each" }): Flow {
  for (const key of [...arrayOf(run, array).keys()]) {
    setVariable(run, name, fromInput(key));
    const flow = execute(run, body);
    if (flow === "break") return "on";
    if (flow === "next" || flow === "exit") return flow;
  }
  return "on";
}

function print(run: AwkRun, statement: AwkStatement & { do: "print" }): void {
  const values = statement.values.map((each) => evaluate(run, each));
  const ofs = textOf(variable(run, "OFS"));
  const list = values.length === 0 ? [run.fields[0] ?? ""] : values;
  const line = list.map((value) => textOf(value)).join(ofs) + textOf(variable(run, "ORS"));
  const text = statement.isFormatted ? textOf(callAwk("sprintf", values, run)) : line;
  const { to } = statement;
  const path = to === undefined ? undefined : textOf(evaluate(run, to.path));
  say(run, path, to?.appends === true, text);
}

function say(run: AwkRun, path: string | undefined, appends: boolean, text: string): void {
  const isBegun = path !== undefined && run.begun.has(path);
  if (path !== undefined) run.begun.add(path);
  run.out.push({ path, appends: appends || isBegun, text });
}

// Expressions

function evaluate(run: AwkRun, expression: AwkExpression): AwkValue {
  switch (expression.is) {
    case "number":
    case "text":
      return expression.value;
    case "pattern":
      return Number(patternOf(expression.source).test(textOf(run.fields[0] ?? "")));
    case "variable":
    case "element":
    case "field":
      return read(run, expression);
    case "assign":
      return assign(run, expression);
    case "step": {
      const before = numberOf(read(run, expression.to));
      write(run, expression.to, before + expression.by);
      return expression.isBefore ? before + expression.by : before;
    }
    case "binary":
      return binary(run, expression);
    case "unary": {
      const value = evaluate(run, expression.value);
      if (expression.by === "!") return Number(!isTrue(value));
      return expression.by === "-" ? -numberOf(value) : numberOf(value);
    }
    case "choose":
      return evaluate(run, isTrue(evaluate(run, expression.test)) ? expression.yes : expression.no);
    case "in":
      return Number(arrayOf(run, expression.array).has(keyOf(run, expression.key)));
    case "call":
      return call(run, expression);
  }
}

function assign(run: AwkRun, { to, by, value }: AwkExpression & { is: "assign" }): AwkValue {
  const right = evaluate(run, value);
  const result = by === "" ? right : calculate(by, numberOf(read(run, to)), numberOf(right));
  write(run, to, result);
  return result;
}

function binary(run: AwkRun, { by, left, right }: AwkExpression & { is: "binary" }): AwkValue {
  const first = evaluate(run, left);
  if (by === "&&") return Number(isTrue(first) && isTrue(evaluate(run, right)));
  if (by === "||") return Number(isTrue(first) || isTrue(evaluate(run, right)));
  if (by === "~" || by === "!~") {
    const hits = expressionOf(run, right).test(textOf(first));
    return Number(hits === (by === "~"));
  }
  const second = evaluate(run, right);
  switch (by) {
    case " ":
      return textOf(first) + textOf(second);
    case "<":
      return Number(compareValues(first, second) < 0);
    case "<=":
      return Number(compareValues(first, second) <= 0);
    case "==":
      return Number(compareValues(first, second) === 0);
    case "!=":
      return Number(compareValues(first, second) !== 0);
    case ">=":
      return Number(compareValues(first, second) >= 0);
    case ">":
      return Number(compareValues(first, second) > 0);
    default:
      return calculate(by, numberOf(first), numberOf(second));
  }
}

function calculate(by: string, left: number, right: number): number {
  switch (by) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    default:
      return left ** right;
  }
}

/** `sub`, `gsub` and `split` write into what they are given; any other only looks. */
function call(run: AwkRun, { name, args }: AwkExpression & { is: "call" }): AwkValue {
  const [first, second, third] = args;
  if (name === "sub" || name === "gsub") {
    const to: AwkExpression = third ?? { is: "field", index: { is: "number", value: 0 } };
    if (first === undefined || second === undefined) return 0;
    const replacement = textOf(evaluate(run, second));
    const text = textOf(evaluate(run, to));
    const once = expressionOf(run, first).source;
    const found = replaceIn(text, new RegExp(once, name === "gsub" ? "g" : ""), replacement);
    const isTarget = to.is === "field" || to.is === "variable" || to.is === "element";
    if (found.count > 0 && isTarget) write(run, to, found.text);
    return found.count;
  }
  if (name === "split" && first !== undefined && second?.is === "variable") {
    const by = third === undefined ? textOf(variable(run, "FS")) : separatorOf(run, third);
    const parts = splitText(textOf(evaluate(run, first)), by);
    const entries = parts.map((part, i) => [String(i + 1), fromInput(part)] as const);
    run.arrays.set(second.name, new Map(entries));
    return parts.length;
  }
  if (name === "length" && first?.is === "variable" && run.arrays.has(first.name)) {
    return arrayOf(run, first.name).size;
  }
  if (name === "length" && first === undefined) return textOf(run.fields[0] ?? "").length;
  if (name === "match" && first !== undefined && second !== undefined) {
    const text = textOf(evaluate(run, first));
    const found = expressionOf(run, second).exec(text);
    setVariable(run, "RSTART", found === null ? 0 : found.index + 1);
    setVariable(run, "RLENGTH", found === null ? -1 : found[0].length);
    return found === null ? 0 : found.index + 1;
  }
  return callAwk(
    name,
    args.map((each) => evaluate(run, each)),
    run,
  );
}

function separatorOf(run: AwkRun, expression: AwkExpression): string {
  return expression.is === "pattern" ? expression.source : textOf(evaluate(run, expression));
}

function replaceIn(
  text: string,
  expression: RegExp,
  replacement: string,
): { text: string; count: number } {
  let count = 0;
  const changed = text.replace(expression, (found) => {
    count++;
    return replacement.replace(/\\\\|\\&|&/g, (mark) => {
      if (mark === "&") return found;
      return mark === "\\&" ? "&" : "\\";
    });
  });
  return { text: changed, count };
}

/** `/x/` itself, or the text of a value as an expression. */
function expressionOf(run: AwkRun, expression: AwkExpression): RegExp {
  return patternOf(separatorOf(run, expression));
}

// Variables, elements and fields

function keyOf(run: AwkRun, key: readonly AwkExpression[]): string {
  return key.map((each) => textOf(evaluate(run, each))).join(textOf(variable(run, "SUBSEP")));
}

function read(run: AwkRun, target: AwkTarget): AwkValue {
  switch (target.is) {
    case "variable":
      return variable(run, target.name);
    case "element": {
      const array = arrayOf(run, target.array);
      const key = keyOf(run, target.key);
      const value = array.get(key) ?? UNSET;
      array.set(key, value);
      return value;
    }
    case "field":
      return run.fields[Math.trunc(numberOf(evaluate(run, target.index)))] ?? UNSET;
  }
}

function write(run: AwkRun, target: AwkTarget, value: AwkValue): void {
  switch (target.is) {
    case "variable":
      setVariable(run, target.name, value);
      if (target.name === "NF") setFieldCount(run, numberOf(value));
      return;
    case "element":
      arrayOf(run, target.array).set(keyOf(run, target.key), value);
      return;
    case "field": {
      const index = Math.trunc(numberOf(evaluate(run, target.index)));
      if (index === 0) return setLine(run, textOf(value));
      run.fields[index] = value;
      setFieldCount(run, Math.max(index, run.fields.length - 1));
    }
  }
}
