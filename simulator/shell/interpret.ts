// Walks a script's steps. Built-ins take no time, programs take theirs; a long run of built-ins
// pauses now and then, so that an endless loop passes time as it does on a real machine.
import type { OpenFile } from "../host/process.ts";
import { openPipe, setTimer, write } from "../host/system.ts";
import { builtins } from "./builtins.ts";
import { controls } from "./control.ts";
import { decide } from "./decide.ts";
import {
  type Expansion,
  evaluateArithmetic,
  expandPattern,
  expandText,
  keepAssignments,
  startExpansion,
} from "./expand.ts";
import { expandWords } from "./fields.ts";
import { matchesPattern } from "./pattern.ts";
import { inherited, launch, startProgram, startSubstitution } from "./launch.ts";
import { expandRedirections, type ReadyRedirection, redirectedFiles } from "./redirect.ts";
import type { Script, SimpleCommand, Step, TestExpression } from "./script.ts";
import { complain, type Context, endShell, enter, type Frame, leave, restoreTo } from "./shell.ts";

/** So many steps run at one instant; then the shell pauses for what they cost. */
const STEPS_AT_ONCE = 200;
const STEP_US = 20;
/** Functions that call themselves end here, as bash's would when its stack is full. */
const DEEPEST = 1000;

/** Goes on until the shell waits for something or has ended. */
export function advance(context: Context): void {
  const { shell, process, system } = context;
  for (let steps = 0; shell.waiting === undefined && process.ended === undefined; steps++) {
    if (steps >= STEPS_AT_ONCE) {
      shell.waiting = { kind: "pause" };
      setTimer(system, process, "pause", system.sim.now + steps * STEP_US);
      return;
    }
    const frame = shell.frames.at(-1);
    if (frame === undefined) {
      if (shell.interactive) shell.waiting = { kind: "script" };
      else endShell(context, shell.status);
      continue;
    }
    const step = frame.script.steps[frame.next];
    if (step === undefined) leave(context);
    else takeStep(context, frame, step);
  }
}

/** A step that needs a substitution's output stays where it is and comes again. */
function takeStep(context: Context, frame: Frame, step: Step): void {
  const { shell } = context;
  if ("line" in step) shell.line = step.line;
  switch (step.do) {
    case "command":
      return runCommand(context, frame, step);
    case "pipeline":
      frame.next++;
      return runPipeline(context, step);
    case "background":
      frame.next++;
      return runBackground(context, step.script);
    case "subshell":
      frame.next++;
      return waitFor(
        context,
        [launch(context, step.script, inherited(context.process.files))],
        step.script.source,
      );
    case "time":
      frame.next++;
      return runTime(context, step.begins);
    case "check":
      frame.next++;
      if (shell.endsOnFailure && shell.status !== 0) endShell(context, shell.status);
      return;
    case "negate":
      frame.next++;
      shell.status = shell.status === 0 ? 1 : 0;
      return;
    case "succeed":
      frame.next++;
      shell.status = 0;
      return;
    case "jump":
      frame.next = step.to;
      return;
    case "jump-on":
      frame.next = (shell.status === 0) === step.success ? step.to : frame.next + 1;
      return;
    case "define":
      frame.next++;
      shell.functions.set(step.name, step.body);
      shell.status = 0;
      return;
    case "test":
      return runTest(context, frame, step.expression);
    case "arithmetic": {
      const value = expanded(context, (expansion) =>
        evaluateArithmetic(expansion, step.expression),
      );
      if (value === undefined) return;
      frame.next++;
      shell.status = value === 0 ? 1 : 0;
      return;
    }
    case "case":
      return runCase(context, frame, step);
    case "redirect":
      return runRedirect(context, frame, step);
    case "restore":
      frame.next++;
      return restoreTo(context, shell.redirected.length - 1);
    default:
      return takeLoopStep(context, frame, step);
  }
}

/** What bash says of a pipeline that `time` stood before; the processor's time is not modelled. */
function runTime({ system, process, shell }: Context, begins: boolean): void {
  if (begins) return void shell.timed.push(system.sim.now);
  const us = system.sim.now - (shell.timed.pop() ?? system.sim.now);
  const minutes = Math.floor(us / 60_000_000);
  const seconds = ((us % 60_000_000) / 1_000_000).toFixed(3);
  const text = `\nreal\t${minutes}m${seconds}s\nuser\t0m0.000s\nsys\t0m0.000s\n`;
  write(system, process, 2, text);
}

type LoopStep = Extract<Step, { do: "loop" | "next-item" | "body-done" | "end-loop" }>;

function takeLoopStep(context: Context, frame: Frame, step: LoopStep): void {
  const { shell } = context;
  const loop = frame.loops.at(-1);
  switch (step.do) {
    case "loop": {
      const { name, words, next, end } = step;
      const items =
        words === undefined
          ? shell.parameters
          : expanded(context, (expansion) => expandWords(expansion, words));
      if (items === undefined) return;
      const redirections = shell.redirected.length;
      frame.loops.push({ name, items, next, end, status: 0, redirections });
      frame.next++;
      return;
    }
    case "next-item": {
      const [item, ...rest] = loop?.items ?? [];
      if (loop?.name === undefined || item === undefined) {
        frame.next = loop?.end ?? frame.next + 1;
        return;
      }
      loop.items = rest;
      shell.variables.set(loop.name, item);
      frame.next++;
      return;
    }
    case "body-done":
      if (loop !== undefined) loop.status = shell.status;
      frame.next = step.to;
      return;
    case "end-loop":
      shell.status = frame.loops.pop()?.status ?? 0;
      frame.next++;
  }
}

/**
 * Expands what a step needs. Undefined when a substitution has to run first, or when something is
 * wrong: then the whole line is given up, as bash does.
 */
function expanded<T>(context: Context, make: (expansion: Expansion) => T): T | undefined {
  const { shell, system, process } = context;
  const expansion = startExpansion(shell, system.host, system.sim, process.directory);
  const value = make(expansion);
  if (expansion.wanted !== undefined) {
    startSubstitution(context, expansion.wanted);
    return undefined;
  }
  shell.substitutions = [];
  if (expansion.problem !== undefined) {
    complain(context, expansion.problem.message);
    giveUp(context, expansion.problem.status);
    return undefined;
  }
  keepAssignments(expansion);
  return value;
}

function giveUp(context: Context, status: number): void {
  const { shell } = context;
  while (shell.frames.length > 0) leave(context);
  shell.status = status;
}

function runCommand(context: Context, frame: Frame, step: SimpleCommand): void {
  const { shell } = context;
  const ready = expanded(context, (expansion) => {
    const args = expandWords(expansion, step.words);
    const redirections = expandRedirections(expansion, step.redirections);
    const values = step.assignments.map(({ name, value, append }) => {
      const before = append
        ? (expansion.assigned.get(name) ?? shell.variables.get(name) ?? "")
        : "";
      const text = before + expandText(expansion, value);
      // Without a command the assignments are the shell's own, each seen by the next.
      if (args.length === 0) expansion.assigned.set(name, text);
      return [name, text] as const;
    });
    return { args, redirections, values, substituted: expansion.used > 0 };
  });
  if (ready === undefined) return;
  frame.next++;
  const files = redirectedFiles(context, ready.redirections);
  if ("complaint" in files) {
    complain(context, files.complaint);
    shell.status = 1;
    return;
  }
  if (ready.args.length === 0) {
    shell.status = ready.substituted ? shell.substitutionStatus : 0;
    return;
  }
  runWords(context, ready.args, ready.values, files);
}

/** A function, a built-in or a program, in this order of precedence. */
export function runWords(
  context: Context,
  args: readonly string[],
  environment: readonly (readonly [string, string])[],
  files: Map<number, OpenFile>,
): void {
  const { shell, process } = context;
  const [name = "", ...rest] = args;
  const body = shell.functions.get(name);
  if (body !== undefined) {
    if (shell.frames.length > DEEPEST) {
      complain(context, `${name}: maximum function nesting level exceeded (${DEEPEST})`);
      return giveUp(context, 1);
    }
    enter(shell, body, "function");
    shell.parameters = rest;
    shell.redirected.push(process.files);
    process.files = files;
    return;
  }
  const control = Object.hasOwn(controls, name) ? controls[name] : undefined;
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (control === undefined && builtin === undefined) {
    return runProgram(context, args, environment, inherited(files));
  }
  const own = process.files;
  process.files = files;
  const status = (control ?? builtin)?.(context, rest, { files, environment, runWords });
  // `exec >file` keeps the new descriptors.
  if (process.files === files && !(name === "exec" && rest.length === 0)) process.files = own;
  if (status !== undefined) shell.status = status;
}

function runProgram(
  context: Context,
  args: readonly string[],
  environment: readonly (readonly [string, string])[],
  files: Map<number, OpenFile>,
): void {
  const started = startProgram(context, { args, environment, files });
  if ("pid" in started) waitFor(context, [started.pid], args.join(" "));
  else context.shell.status = started.status;
}

function waitFor({ shell }: Context, pids: readonly number[], source: string, last = false): void {
  shell.waiting = { kind: "job", pids, ended: new Map(), source, last, interrupted: false };
}

function runPipeline(context: Context, step: Extract<Step, { do: "pipeline" }>): void {
  const { system, process } = context;
  const pids: number[] = [];
  let input: OpenFile | undefined;
  for (const [i, stage] of step.stages.entries()) {
    const files = inherited(process.files);
    if (input !== undefined) files.set(0, input);
    if (i < step.stages.length - 1) {
      const pipe = openPipe(system);
      const output = { kind: "pipe", pipe, end: "write" } as const;
      files.set(1, output);
      if (step.merged[i] === true) files.set(2, output);
      input = { kind: "pipe", pipe, end: "read" };
    }
    pids.push(launch(context, stage, files));
  }
  waitFor(context, pids, step.stages.map((stage) => stage.source).join(" | "));
}

function runBackground(context: Context, script: Script): void {
  const { shell, process } = context;
  const files = inherited(process.files);
  // Without job control a background command does not read the terminal.
  if (files.get(0)?.kind !== "pipe") files.set(0, { kind: "null" });
  const pid = launch(context, script, files);
  shell.jobs.set(pid, { source: script.source, status: undefined });
  shell.lastBackground = pid;
  shell.status = 0;
}

function runRedirect(
  context: Context,
  frame: Frame,
  step: Extract<Step, { do: "redirect" }>,
): void {
  const { shell, process } = context;
  const ready: ReadyRedirection[] | undefined = expanded(context, (expansion) =>
    expandRedirections(expansion, step.redirections),
  );
  if (ready === undefined) return;
  const files = redirectedFiles(context, ready);
  frame.next++;
  if ("complaint" in files) {
    complain(context, files.complaint);
    shell.status = 1;
    frame.next = restoreAfter(frame);
    return;
  }
  shell.redirected.push(process.files);
  process.files = files;
}

/** The step behind the "restore" that belongs to the redirection just read. */
function restoreAfter({ script, next }: Frame): number {
  let depth = 1;
  for (let at = next; at < script.steps.length; at++) {
    const step = script.steps[at];
    if (step?.do === "redirect") depth++;
    if (step?.do === "restore" && --depth === 0) return at + 1;
  }
  return script.steps.length;
}

function runCase(context: Context, frame: Frame, step: Extract<Step, { do: "case" }>): void {
  const to = expanded(context, (expansion) => {
    const subject = expandText(expansion, step.subject);
    const branch = step.branches.find(({ patterns }) =>
      patterns.some((pattern) => matchesPattern(subject, expandPattern(expansion, pattern))),
    );
    return branch?.to ?? step.otherwise;
  });
  if (to !== undefined) frame.next = to;
}

function runTest(context: Context, frame: Frame, expression: TestExpression): void {
  const answer = expanded(context, (expansion) => decide(expansion, expression));
  if (answer === undefined) return;
  frame.next++;
  if (typeof answer === "string") complain(context, `[[: ${answer}`);
  context.shell.status = answer === true ? 0 : 1;
}
