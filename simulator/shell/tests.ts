// What `[ … ]`, `test` and `[[ … ]]` ask of files, texts and numbers.
import type { Host } from "../host/host.ts";
import { readFile } from "../host/read-file.ts";
import { isDirectory, resolvePath } from "../programs/directory.ts";
import type { Sim } from "../kernel/sim.ts";

/** Where the questions about files are asked. */
export interface Place {
  readonly host: Host;
  readonly directory: string;
  readonly sim: Sim;
}

const UNARY = ["-d", "-e", "-f", "-n", "-r", "-s", "-w", "-x", "-z", "-L", "-h"];

export function isUnary(operator: string): boolean {
  return UNARY.includes(operator);
}

export function unaryTest(
  { host, sim, directory }: Place,
  operator: string,
  operand: string,
): boolean {
  if (operator === "-z") return operand === "";
  if (operator === "-n") return operand !== "";
  const path = resolvePath(directory, operand);
  const content = readFile(host, path, sim);
  switch (operator) {
    case "-d":
      return content === undefined && isDirectory(host, path);
    case "-f":
      return content !== undefined;
    case "-s":
      return content !== undefined && content !== "";
    case "-x":
      return isDirectory(host, path) || ((host.files.get(path)?.mode ?? 0) & 0o111) !== 0;
    case "-L":
    case "-h":
      return false;
    default:
      return content !== undefined || isDirectory(host, path);
  }
}

type Comparison = (a: number, b: number) => boolean;

const NUMBERS: Readonly<Record<string, Comparison>> = {
  "-eq": (a, b) => a === b,
  "-ne": (a, b) => a !== b,
  "-lt": (a, b) => a < b,
  "-le": (a, b) => a <= b,
  "-gt": (a, b) => a > b,
  "-ge": (a, b) => a >= b,
};

const TEXTS: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  "=": (a, b) => a === b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
};

export function isBinary(operator: string): boolean {
  return operator in NUMBERS || operator in TEXTS;
}

/** The answer, or a complaint in bash's words. */
export function binaryTest(left: string, operator: string, right: string): boolean | string {
  const text = TEXTS[operator];
  if (text !== undefined) return text(left, right);
  const compare = NUMBERS[operator];
  if (compare === undefined) return `${operator}: binary operator expected`;
  for (const side of [left, right]) {
    if (!/^\s*[+-]?\d+\s*$/.test(side)) return `${side}: integer expression expected`;
  }
  return compare(Number(left), Number(right));
}

/** `test` and `[` (without its `]`): the answer, or a complaint. */
export function evaluateTest(place: Place, words: readonly string[]): boolean | string {
  const reader = { words, at: 0 };
  if (words.length === 0) return false;
  const answer = either(place, reader);
  if (typeof answer === "string" || reader.at === words.length) return answer;
  return "too many arguments";
}

interface Reader {
  readonly words: readonly string[];
  at: number;
}

function either(place: Place, reader: Reader): boolean | string {
  let answer = both(place, reader);
  while (reader.words[reader.at] === "-o") {
    reader.at++;
    const other = both(place, reader);
    if (typeof answer === "string") return answer;
    if (typeof other === "string") return other;
    answer = answer || other;
  }
  return answer;
}

function both(place: Place, reader: Reader): boolean | string {
  let answer = single(place, reader);
  while (reader.words[reader.at] === "-a") {
    reader.at++;
    const other = single(place, reader);
    if (typeof answer === "string") return answer;
    if (typeof other === "string") return other;
    answer = answer && other;
  }
  return answer;
}

function single(place: Place, reader: Reader): boolean | string {
  const { words, at } = reader;
  const [first, second, third] = words.slice(at);
  if (first === undefined) return "argument expected";
  if (second !== undefined && third !== undefined && isBinary(second)) {
    reader.at += 3;
    return binaryTest(first, second, third);
  }
  if (first === "!" && second !== undefined) {
    reader.at++;
    const answer = single(place, reader);
    return typeof answer === "string" ? answer : !answer;
  }
  if (first === "(") {
    reader.at++;
    const answer = either(place, reader);
    if (words[reader.at] !== ")") return "`)' expected";
    reader.at++;
    return answer;
  }
  if (second !== undefined && isUnary(first)) {
    reader.at += 2;
    return unaryTest(place, first, second);
  }
  if (second !== undefined && first.startsWith("-") && words.length === 2) {
    return `${first}: unary operator expected`;
  }
  reader.at++;
  return first !== "";
}
