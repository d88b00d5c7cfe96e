// What an awk program knows between two lines: its variables, arrays and the fields of the line.
import type { AwkProgram } from "./awk-syntax.ts";
import { type AwkValue, fromInput, textOf } from "./awk-values.ts";
import { regularExpression } from "./regular-expression.ts";

export interface AwkRun {
  readonly program: AwkProgram;
  readonly variables: Map<string, AwkValue>;
  readonly arrays: Map<string, Map<string, AwkValue>>;
  /** The whole line, then its fields. */
  fields: AwkValue[];
  /** Ranges that are open, by the number of their rule. */
  readonly open: Set<number>;
  /** Files written by this run: `>` begins them once. */
  readonly begun: Set<string>;
  exit: number | undefined;
  /** What it said and wrote since the caller last took it. */
  out: AwkOutput[];
  /** Statements still allowed: a loop without end ends here. */
  budget: number;
  /** Seconds since 1970, for `systime`. */
  now: number;
}

/** Text for standard output, or for a file. */
export interface AwkOutput {
  readonly path: string | undefined;
  readonly appends: boolean;
  readonly text: string;
}

/** So many statements for each line, before a program counts as one without end. */
export const BUDGET = 1_000_000;

export function newAwkRun(program: AwkProgram): AwkRun {
  const usual: [string, AwkValue][] = [
    ["FS", " "],
    ["OFS", " "],
    ["ORS", "\n"],
    ["NR", 0],
    ["FNR", 0],
    ["NF", 0],
    ["SUBSEP", "\x1c"],
    ["OFMT", "%.6g"],
    ["FILENAME", ""],
    ["RSTART", 0],
    ["RLENGTH", -1],
  ];
  return {
    program,
    variables: new Map(usual),
    arrays: new Map(),
    fields: [""],
    open: new Set(),
    begun: new Set(),
    exit: undefined,
    out: [],
    budget: BUDGET,
    now: 0,
  };
}

export function variable(run: AwkRun, name: string): AwkValue {
  return run.variables.get(name) ?? UNSET;
}

export const UNSET: AwkValue = { input: "" };

export function setVariable(run: AwkRun, name: string, value: AwkValue): void {
  run.variables.set(name, value);
}

export function arrayOf(run: AwkRun, name: string): Map<string, AwkValue> {
  const found = run.arrays.get(name) ?? new Map<string, AwkValue>();
  run.arrays.set(name, found);
  return found;
}

/** Puts the line together again from its fields. */
export function setFieldCount(run: AwkRun, count: number): void {
  const fields = Array.from({ length: Math.max(0, count) }, (_, i) => run.fields[i + 1] ?? "");
  const line = fields.map((field) => textOf(field)).join(textOf(variable(run, "OFS")));
  run.fields = [line, ...fields];
  setVariable(run, "NF", fields.length);
}

export function setLine(run: AwkRun, line: string): void {
  const parts = splitText(line, textOf(variable(run, "FS")));
  run.fields = [fromInput(line), ...parts.map(fromInput)];
  setVariable(run, "NF", parts.length);
}

/** One blank: runs of white space; one character: itself; more: an expression. */
export function splitText(text: string, by: string): string[] {
  if (text === "") return [];
  if (by === " ") return text.trim() === "" ? [] : text.trim().split(/\s+/);
  if (by === "") return [...text];
  return by.length === 1 && by !== "\\" ? text.split(by) : text.split(patternOf(by));
}
/** One that cannot be read matches nothing. */
export function patternOf(source: string): RegExp {
  return regularExpression(source, "extended") ?? /(?!)/;
}
