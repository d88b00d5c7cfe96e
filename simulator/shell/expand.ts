// What bash makes of a word before it is split (`fields.ts`): variables, substitutions, arithmetic.
// An expansion that needs the output of a command stops and says so; the shell runs the command and
// expands the same words again with one output more. What it assigned counts only when it is done.
// Left out: arrays, `~user`, indirect expansion.
import type { Host } from "../host/host.ts";
import type { Sim } from "../kernel/sim.ts";
import { evaluate } from "./arithmetic.ts";
import { changeCase, remove, replace, slice } from "./parameter.ts";
import { escapePattern } from "./pattern.ts";
import type { Arithmetic, Operation, Part, Script, Variable, Word } from "./script.ts";
import type { Shell } from "./shell.ts";

export interface Expansion {
  readonly shell: Shell;
  readonly host: Host;
  readonly sim: Sim;
  readonly directory: string;
  /** How many of `shell.substitutions` have been used. */
  used: number;
  /** The first substitution whose output is not there yet. */
  wanted: Script | undefined;
  readonly assigned: Map<string, string>;
  /** What is wrong, in bash's words, and the status the command line then ends with. */
  problem: { readonly message: string; readonly status: number } | undefined;
}

export function startExpansion(shell: Shell, host: Host, sim: Sim, directory: string): Expansion {
  const assigned = new Map<string, string>();
  return { shell, host, sim, directory, used: 0, wanted: undefined, assigned, problem: undefined };
}

/** Makes the assignments that the expansion asked for (`${x:=1}`, `$((x++))`). */
export function keepAssignments({ shell, assigned }: Expansion): void {
  for (const [name, value] of assigned) shell.variables.set(name, value);
}

/** A word as one text: an assignment's value, a redirection's target. */
export function expandText(expansion: Expansion, word: Word): string {
  return withTilde(word.parts)
    .map((part) => valueOf(expansion, part))
    .join("");
}

/** A word as a pattern: what was quoted is meant literally. */
export function expandPattern(expansion: Expansion, word: Word): string {
  return word.parts
    .map((part) => {
      const value = valueOf(expansion, part);
      return part.quoted ? escapePattern(value) : value;
    })
    .join("");
}

export function evaluateArithmetic(expansion: Expansion, expression: Arithmetic): number {
  const { shell, assigned } = expansion;
  return evaluate(expression, {
    expand: (word) => expandText(expansion, word),
    read: (name) => assigned.get(name) ?? shell.variables.get(name) ?? "",
    assign: (name, value) => void assigned.set(name, value),
    complain: (message) => {
      expansion.problem ??= { message, status: 1 };
    },
  });
}

export function valueOf(expansion: Expansion, part: Part): string {
  switch (part.part) {
    case "text":
      return part.text;
    case "variable":
      return expandVariable(expansion, part);
    case "arithmetic":
      return String(evaluateArithmetic(expansion, part.expression));
    case "command": {
      const output = expansion.shell.substitutions[expansion.used];
      if (output === undefined) {
        expansion.wanted ??= part.script;
        return "";
      }
      expansion.used++;
      return output;
    }
  }
}

function expandVariable(expansion: Expansion, variable: Variable): string {
  const value = readVariable(expansion, variable.name);
  if (variable.length) {
    const { parameters } = expansion.shell;
    const isList = variable.name === "@" || variable.name === "*";
    return String(isList ? parameters.length : [...(value ?? "")].length);
  }
  if (variable.operation === undefined) return value ?? "";
  return applyOperation(expansion, variable.name, value, variable.operation);
}

function readVariable(
  { shell, host, sim, directory, assigned }: Expansion,
  name: string,
): string | undefined {
  const { parameters } = shell;
  if (/^[1-9]\d*$/.test(name)) return parameters[Number(name) - 1];
  switch (name) {
    case "?":
      return String(shell.status);
    case "$":
      return String(shell.pid);
    case "!":
      return shell.lastBackground === undefined ? "" : String(shell.lastBackground);
    case "#":
      return String(parameters.length);
    case "@":
    case "*":
      return parameters.length === 0 ? undefined : parameters.join(" ");
    case "0":
      return shell.name;
    case "-":
      return shell.interactive ? "himBHs" : "hBc";
    case "PWD":
      return directory;
    case "HOSTNAME":
      return host.name;
    case "RANDOM":
      return String(Math.floor(sim.random() * 32768));
    case "EPOCHSECONDS":
      return String(Math.floor(sim.world.startEpoch + sim.now / 1_000_000));
    case "SECONDS":
      return String(Math.floor(sim.now / 1_000_000));
    default:
      return assigned.get(name) ?? shell.variables.get(name);
  }
}

function applyOperation(
  expansion: Expansion,
  name: string,
  value: string | undefined,
  operation: Operation,
): string {
  switch (operation.kind) {
    case "default":
      return applyDefault(expansion, name, value, operation);
    case "remove":
      return remove(value ?? "", operation.operator, expandPattern(expansion, operation.pattern));
    case "replace": {
      const pattern = expandPattern(expansion, operation.pattern);
      const replacement = expandText(expansion, operation.replacement);
      return replace(value ?? "", operation.operator, pattern, replacement);
    }
    case "slice": {
      const offset = Number(expandText(expansion, operation.offset)) || 0;
      const length =
        operation.length === undefined
          ? undefined
          : Number(expandText(expansion, operation.length)) || 0;
      return slice(value ?? "", offset, length);
    }
    case "case":
      return changeCase(value ?? "", operation.operator);
  }
}

function applyDefault(
  expansion: Expansion,
  name: string,
  value: string | undefined,
  operation: Extract<Operation, { kind: "default" }>,
): string {
  const { operator } = operation;
  // With a colon an empty value counts as none.
  const isMissing = value === undefined || (operator.startsWith(":") && value === "");
  switch (operator.at(-1)) {
    case "-":
      return isMissing ? expandText(expansion, operation.operand) : value;
    case "+":
      return isMissing ? "" : expandText(expansion, operation.operand);
    case "=": {
      if (!isMissing) return value;
      const assigned = expandText(expansion, operation.operand);
      expansion.assigned.set(name, assigned);
      return assigned;
    }
    default: {
      if (!isMissing) return value;
      const text = expandText(expansion, operation.operand);
      const said = text === "" ? "parameter null or not set" : text;
      expansion.problem ??= { message: `${name}: ${said}`, status: 127 };
      return "";
    }
  }
}

export function withTilde(parts: readonly Part[]): readonly Part[] {
  const [first, ...rest] = parts;
  if (first?.part !== "text" || first.quoted || !/^~(\/|$)/.test(first.text)) return parts;
  if (first.text === "~" && rest.length > 0) return parts;
  return [{ ...first, text: `/root${first.text.slice(1)}` }, ...rest];
}
