// One of two runs that are compared: a scenario, when the reader comes in, and what is done from
// then on. A change gives another side in which one thing is different and all else is the same.
import type { Input, Scenario, TimelineInput, World } from "#sim/index.ts";
import { setValue } from "#sim/editing.ts";
import { expandScenario, inputOfStep } from "#sim/scenarios.ts";
import { CONFIGURATION } from "../../instrument/cluster.ts";
import { withPersistence, withPreempt } from "../controls/switches.ts";
import { type Fault, withFault } from "./faults.ts";

export type Step = Scenario["steps"][number];

export interface Side {
  readonly scenario: Scenario;
  /** From when on it is looked at; microseconds of the scenario. */
  readonly begin: number;
  /** What is done from then on, as steps or as inputs. */
  readonly steps: readonly Step[];
  readonly inputs: readonly TimelineInput[];
}

export type Change =
  /** A value in the directors' keepalived.conf. */
  | { readonly kind: "value"; readonly path: readonly string[]; readonly value: string }
  | { readonly kind: "preempt"; readonly on: boolean }
  /** Zero takes it away. */
  | { readonly kind: "persistence"; readonly seconds: number }
  /** net.ipv4.conf.all.`name` of every server. */
  | { readonly kind: "sysctl"; readonly name: string; readonly value: string }
  /** Steps beside those that both sides have. */
  | { readonly kind: "steps"; readonly steps: readonly Step[] }
  /** Everything that befalls a director befalls it in another way. */
  | { readonly kind: "fault"; readonly fault: Fault };

export function changed(side: Side, change: Change): Side {
  switch (change.kind) {
    case "value":
      return withText(side, (text) => setValue(text, change.path, change.value));
    case "preempt":
      return withText(side, (text) => withPreempt(text, change.on));
    case "persistence":
      return withText(side, (text) => withPersistence(text, change.seconds));
    case "sysctl":
      return withSysctl(side, change.name, change.value);
    case "steps":
      return withSteps(side, change.steps);
    case "fault":
      return { ...side, inputs: withFault(side.inputs, hostsOf(side.scenario), change.fault) };
  }
}

/** Steps before the beginning are the scenario's, later ones are done in front of the reader. */
export function withSteps(side: Side, steps: readonly Step[]): Side {
  const isLater = ({ t }: Step): boolean => t * 1_000_000 >= side.begin;
  const sorted = (list: readonly Step[]): Step[] => [...list].sort((a, b) => a.t - b.t);
  const before = steps.filter((step) => !isLater(step));
  return {
    ...side,
    scenario: { ...side.scenario, steps: sorted([...side.scenario.steps, ...before]) },
    steps: sorted([...side.steps, ...steps.filter(isLater)]),
  };
}

/** All that is done from the beginning on, in order. */
export function inputsOf(side: Side, world: World): TimelineInput[] {
  const own = side.steps.map((step, index) => ({
    at: Math.round(step.t * 1_000_000),
    input: inputOfStep(step, `compared ${index}`, world),
  }));
  return [...side.inputs, ...own].sort((a, b) => a.at - b.at);
}

/** The hosts of a scenario, written out. */
export function hostsOf(scenario: Scenario): ReturnType<typeof expandScenario>["hosts"] {
  return expandScenario(scenario).hosts;
}

/** The files that keepalived reads, by "host:/path". */
export function configurationsOf({ files = {} }: Scenario): [path: string, text: string][] {
  return Object.entries(files).filter(([path]) => path.endsWith(`:${CONFIGURATION}`));
}

/** Where a file has not the place to be changed it stays as it is. */
function withText(side: Side, change: (text: string) => string | undefined): Side {
  const edited = (text: string): string => change(text) ?? text;
  const own = configurationsOf(side.scenario).map(([path, text]) => [path, edited(text)]);
  return {
    ...side,
    scenario: { ...side.scenario, files: { ...side.scenario.files, ...Object.fromEntries(own) } },
    // What was saved on the way is changed in the same way, or it would undo the change.
    inputs: side.inputs.map((each) => ({ ...each, input: withSaved(each.input, edited) })),
  };
}

function withSaved(input: Input, edited: (text: string) => string): Input {
  if (input.kind !== "file" || input.path !== CONFIGURATION) return input;
  return { ...input, content: edited(input.content) };
}

function withSysctl(side: Side, name: string, value: string): Side {
  const key = `net.ipv4.conf.all.${name}`;
  const nodes = hostsOf(side.scenario).filter(({ role }) => role === "node");
  const names = new Set(nodes.map((node) => node.name));
  const settings = { ...side.scenario.sysctl };
  for (const host of names) settings[host] = { ...settings[host], [key]: value };
  // A command that sets it sets the other value.
  const retyped = (line: string): string => line.replaceAll(setting(key), `${key}=${value}`);
  const step = (each: Step): Step =>
    "run" in each && names.has(each.host) ? { ...each, run: retyped(each.run) } : each;
  return {
    ...side,
    scenario: { ...side.scenario, sysctl: settings, steps: side.scenario.steps.map(step) },
    steps: side.steps.map(step),
    inputs: side.inputs.map(({ at, input }) => {
      if (input.kind !== "command" || !names.has(input.host)) return { at, input };
      return { at, input: { ...input, line: retyped(input.line) } };
    }),
  };
}

function setting(key: string): RegExp {
  return new RegExp(`${key.replaceAll(".", "[.]")}\\s*=\\s*\\d+`, "g");
}
