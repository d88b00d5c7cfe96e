// From unbash's syntax tree to steps with jumps (`script.ts`).
// Left out: arrays, `select`, `coproc`.
import type {
  AndOr,
  ArithmeticExpression,
  ArithmeticFor,
  Case,
  CommandNode,
  CompoundList,
  For,
  If,
  Pipeline,
  PipelineNode,
  ParsedScript,
  Statement,
  While,
} from "unbash";
import type { Script, Step, Word } from "./script.ts";
import {
  arithmetic,
  lineOf,
  redirection,
  simpleCommand,
  testExpression,
} from "./compile-command.ts";
import { type Conversion, convertWord, convertWords } from "./words.ts";

interface Compiler {
  readonly steps: Step[];
  readonly conversion: Conversion;
  /** Within a condition, where a failure does not end a shell with `set -e`. */
  tested: boolean;
}

/** Only a script that speaks of `set -e` gets the steps that look for failures. */
const ERREXIT = /\bset\s+-\w*e|\berrexit\b|^#!.*\s-\w*e/;

export function compileScript(
  script: ParsedScript,
  source: string,
  conversion: Conversion,
): Script {
  const compiler: Compiler = { steps: [], conversion, tested: false };
  addStatements(compiler, script.commands);
  return deepFreeze({ source, steps: compiler.steps });
}

/** A part of a script that another process runs: a pipeline's stage, a background command. */
function subscript(
  { conversion, tested }: Compiler,
  node: { readonly pos: number; readonly end: number },
  add: (inner: Compiler) => void,
): Script {
  const inner: Compiler = { steps: [], conversion, tested };
  add(inner);
  return deepFreeze({
    source: conversion.source.slice(node.pos, node.end).trim(),
    steps: inner.steps,
  });
}

function addStatements(compiler: Compiler, statements: readonly Statement[]): void {
  for (const statement of statements) {
    const { command } = statement;
    if (statement.background === true) {
      const script = subscript(compiler, command, (inner) => addCommand(inner, command));
      compiler.steps.push({ do: "background", script, line: lineOf(compiler, statement.pos) });
    } else {
      addCommand(compiler, command);
      if (command.type !== "AndOr") addCheck(compiler, command);
    }
  }
}

/** Compound commands are left out: what failed in them was looked at there. */
const CHECKED = ["Command", "Redirected", "Subshell", "TestCommand", "ArithmeticCommand"];

/** With `set -e` the shell ends when this command has failed. */
function addCheck({ steps, conversion, tested }: Compiler, node: PipelineNode | AndOr): void {
  if (tested || !ERREXIT.test(conversion.source)) return;
  const isNegated =
    node.type === "Pipeline" && node.prefixes.some(({ type }) => type === "Negation");
  if (isNegated || (node.type !== "Pipeline" && !CHECKED.includes(node.type))) return;
  steps.push({ do: "check" });
}

/** What decides whether something else runs. */
function addTested(compiler: Compiler, add: () => void): void {
  const { tested } = compiler;
  compiler.tested = true;
  add();
  compiler.tested = tested;
}

function addList(compiler: Compiler, list: CompoundList): void {
  addStatements(compiler, list.commands);
}

function addCommand(compiler: Compiler, node: PipelineNode | AndOr): void {
  if (node.type === "AndOr") return addAndOr(compiler, node);
  if (node.type === "Pipeline") return addPipeline(compiler, node);
  addNode(compiler, node);
}

/** `a && b || c`, from left to right: a jump over whatever is not to run. */
function addAndOr(compiler: Compiler, { commands, operators }: AndOr): void {
  for (const [i, command] of commands.entries()) {
    const operator = operators[i - 1];
    const jump = operator === undefined ? undefined : reserve(compiler);
    if (i < commands.length - 1) addTested(compiler, () => addCommand(compiler, command));
    else {
      addCommand(compiler, command);
      addCheck(compiler, command);
    }
    if (jump !== undefined) jumpOn(compiler, jump, operator === "||");
  }
}

function addPipeline(compiler: Compiler, node: Pipeline): void {
  const line = lineOf(compiler, node.pos);
  if (node.prefixes.some(({ type }) => type === "Time")) {
    compiler.steps.push({ do: "time", begins: true });
  }
  const [first] = node.commands;
  if (node.commands.length === 1 && first !== undefined) {
    addNode(compiler, first);
  } else {
    const stages = node.commands.map((command) =>
      subscript(compiler, command, (inner) => addNode(inner, command)),
    );
    const merged = node.operators.map((operator) => operator === "|&");
    compiler.steps.push({ do: "pipeline", stages, merged, line });
  }
  for (const prefix of node.prefixes) {
    if (prefix.type === "Negation") compiler.steps.push({ do: "negate" });
    else compiler.steps.push({ do: "time", begins: false });
  }
}

function addNode(compiler: Compiler, node: CommandNode): void {
  const { steps, conversion } = compiler;
  const line = lineOf(compiler, node.pos);
  switch (node.type) {
    case "Command":
      steps.push(simpleCommand(compiler, node));
      return;
    case "Redirected": {
      const redirections = node.redirects.map((each) => redirection(compiler, each));
      steps.push({ do: "redirect", redirections, line });
      addNode(compiler, node.command);
      steps.push({ do: "restore" });
      return;
    }
    case "BraceGroup":
      return addList(compiler, node.body);
    case "Subshell": {
      const script = subscript(compiler, node, (inner) => addList(inner, node.body));
      steps.push({ do: "subshell", script, line });
      return;
    }
    case "Function": {
      const { body } = node;
      // It may be called in a condition: only its own status is looked at, by the caller.
      const add = (inner: Compiler): void =>
        addTested(inner, () =>
          body.type === "CompoundList" ? addList(inner, body) : addNode(inner, body),
        );
      steps.push({ do: "define", name: node.name.value, body: subscript(compiler, body, add) });
      return;
    }
    case "If":
      return addIf(compiler, node);
    case "While":
      return addWhile(compiler, node);
    case "For":
      return addFor(compiler, node);
    case "ArithmeticFor":
      return addArithmeticFor(compiler, node);
    case "Case":
      return addCase(compiler, node);
    case "TestCommand":
      steps.push({ do: "test", expression: testExpression(compiler, node.expression), line });
      return;
    case "ArithmeticCommand":
      steps.push({ do: "arithmetic", expression: arithmetic(compiler, node.expression), line });
      return;
    case "Select":
    case "Coproc":
      conversion.complain(`${node.type.toLowerCase()}: not supported here`, node.pos);
  }
}

function addIf(compiler: Compiler, node: If): void {
  const ends: number[] = [];
  const branches = [{ clause: node.clause, then: node.then }, ...node.elif];
  for (const { clause, then } of branches) {
    addTested(compiler, () => addList(compiler, clause));
    const skip = reserve(compiler);
    addList(compiler, then);
    ends.push(reserve(compiler));
    jumpOn(compiler, skip, false);
  }
  if (node.else === undefined) compiler.steps.push({ do: "succeed" });
  else addList(compiler, node.else);
  for (const end of ends) compiler.steps[end] = { do: "jump", to: compiler.steps.length };
}

function addWhile(compiler: Compiler, node: While): void {
  const { steps } = compiler;
  const begin = reserve(compiler);
  const next = steps.length;
  addTested(compiler, () => addList(compiler, node.clause));
  const leave = reserve(compiler);
  addList(compiler, node.body);
  steps.push({ do: "body-done", to: next });
  jumpOn(compiler, leave, node.kind === "until");
  closeLoop(compiler, begin, { next, name: undefined, words: undefined }, node.pos);
}

function addFor(compiler: Compiler, node: For): void {
  const { steps, conversion } = compiler;
  const begin = reserve(compiler);
  const next = steps.length;
  steps.push({ do: "next-item" });
  addList(compiler, node.body);
  steps.push({ do: "body-done", to: next });
  const words = node.wordlist?.flatMap((word) => convertWords(word, conversion));
  closeLoop(compiler, begin, { next, name: node.name.value, words }, node.pos);
}

function addArithmeticFor(compiler: Compiler, node: ArithmeticFor): void {
  const { steps } = compiler;
  const line = lineOf(compiler, node.pos);
  const add = (expression: ArithmeticExpression | undefined): void => {
    if (expression === undefined) return;
    steps.push({ do: "arithmetic", expression: arithmetic(compiler, expression), line });
  };
  const begin = reserve(compiler);
  add(node.initialize);
  const test = steps.length;
  add(node.test);
  const leave = node.test === undefined ? undefined : reserve(compiler);
  const overUpdate = reserve(compiler);
  const next = steps.length;
  add(node.update);
  steps.push({ do: "jump", to: test });
  steps[overUpdate] = { do: "jump", to: steps.length };
  addList(compiler, node.body);
  steps.push({ do: "body-done", to: next });
  if (leave !== undefined) jumpOn(compiler, leave, false);
  closeLoop(compiler, begin, { next, name: undefined, words: undefined }, node.pos);
}

function closeLoop(
  compiler: Compiler,
  begin: number,
  loop: { next: number; name: string | undefined; words: readonly Word[] | undefined },
  pos: number,
): void {
  const end = compiler.steps.length;
  compiler.steps.push({ do: "end-loop" });
  compiler.steps[begin] = { do: "loop", ...loop, end, line: lineOf(compiler, pos) };
}

function addCase(compiler: Compiler, node: Case): void {
  const { steps, conversion } = compiler;
  const choose = reserve(compiler);
  const ends: number[] = [];
  const branches = node.items.map((item) => {
    const to = steps.length;
    steps.push({ do: "succeed" });
    addList(compiler, item.body);
    if (item.terminator === ";;&") conversion.complain(";;&: not supported here", item.pos);
    if (item.terminator !== ";&") ends.push(reserve(compiler));
    return { patterns: item.pattern.map((word) => convertWord(word, conversion)), to };
  });
  const otherwise = steps.length;
  steps.push({ do: "succeed" });
  for (const end of ends) steps[end] = { do: "jump", to: steps.length };
  const subject = convertWord(node.word, conversion);
  const line = lineOf(compiler, node.pos);
  steps[choose] = { do: "case", subject, branches, otherwise, line };
}

/** A place for a jump whose target is not known yet. */
function reserve({ steps }: Compiler): number {
  return steps.push({ do: "succeed" }) - 1;
}

/** Makes the reserved step jump to here when the last command succeeded, or failed. */
function jumpOn({ steps }: Compiler, reserved: number, success: boolean): void {
  steps[reserved] = { do: "jump-on", success, to: steps.length };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
