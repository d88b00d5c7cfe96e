// The scenario library: what each entry starts from, what it is about, and a way through it that the
// tests play. Read while the site is built; a page gets the world and the words.
import { readdirSync, readFileSync } from "node:fs";
import {
  createMachine,
  createTimeline,
  runTimeline,
  type Scenario,
  type Timeline,
  worldFromJson,
  worldToJson,
} from "#sim/index.ts";
import { buildSimulation, expandScenario, readScenario } from "#sim/scenarios.ts";
import { programs } from "#sim/programs/index.ts";
import type { Beginning } from "./instrument/session.svelte.ts";
import type { WalkName } from "./walks.ts";

type Step = Scenario["steps"][number];
type Said = Readonly<Record<"en" | "zh", string>>;

export const mechanisms = [
  "article",
  "failover",
  "split-brain",
  "balancing",
  "forwarding",
  "checks",
  "several",
] as const;

/** A step of the way through: `t` counts from the reader's arrival. */
export type SolutionStep = Step & { readonly hint: Said };

/** What is the case `after` so many seconds from the reader's arrival. */
export interface Expectation {
  readonly after: number;
  /** Who holds `vip`, or the first floating address. */
  readonly holders?: readonly string[];
  readonly vip?: string;
  /** Whether the last request with a known result was answered. */
  readonly answered?: boolean;
  /** Which servers answered in the four seconds before. */
  readonly servers?: readonly string[];
  /** Bounds of the longest stretch without an answer so far, in seconds. */
  readonly outage?: readonly [least: number, most: number];
  /** A line in a host's log. */
  readonly log?: { readonly host: string; readonly has: string };
  /** What a command typed then prints. */
  readonly output?: { readonly host: string; readonly run: string; readonly has: string };
}

/** What an entry's file says beside the scenario's own fields, under "lab". */
interface Metadata {
  /** The entry whose scenario this one changes; "article" when left out, null for none. */
  readonly base?: string | null;
  /** Replacements in a director's keepalived.conf; each must be found exactly once. */
  readonly edits?: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>>;
  /** Steps beside those of the base. */
  readonly more?: readonly Step[];
  readonly mechanism: (typeof mechanisms)[number];
  readonly title: Said;
  readonly goal: Said;
  /** When the reader comes in, in seconds of the scenario. */
  readonly begin: number;
  readonly solution: readonly SolutionStep[];
  readonly expect: readonly Expectation[];
}

export interface LibraryEntry extends Omit<Metadata, "base" | "edits" | "more"> {
  readonly name: string;
  readonly scenario: Scenario;
}

const FOLDER = "content/scenarios";
const CONFIGURATION = "/etc/keepalived/keepalived.conf";

export function libraryNames(): string[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  return files.map((file) => file.slice(0, -".json".length)).sort();
}

type EntryFile = Scenario & { readonly lab: Metadata };
const entries = new Map<string, LibraryEntry>();

export function libraryEntry(name: string): LibraryEntry {
  const known = entries.get(name);
  if (known !== undefined) return known;
  const { lab, ...own } = JSON.parse(readFileSync(`${FOLDER}/${name}.json`, "utf8")) as EntryFile;
  const { base = name === "article" ? null : "article", edits = {}, more = [], ...rest } = lab;
  const scenario = base === null ? own : changed(libraryEntry(base).scenario, own, name);
  const files = { ...scenario.files };
  for (const [host, changes] of Object.entries(edits)) {
    const path = `${host}:${CONFIGURATION}`;
    files[path] = changes.reduce(
      (text, change) => replaceOnce(text, change, name),
      files[path] ?? "",
    );
  }
  const steps = [...scenario.steps, ...more].sort((a, b) => a.t - b.t);
  const text = JSON.stringify({ ...scenario, name, title: rest.title.en, files, steps });
  const read = readScenario(text);
  if ("errors" in read) {
    throw new Error(`${name}: ${read.errors.map(({ message }) => message).join("; ")}`);
  }
  const entry: LibraryEntry = { ...rest, name, scenario: read.scenario };
  entries.set(name, entry);
  return entry;
}

/** Fields of their own take the place of the base's; files, sysctls and gateways add to them. */
function changed(base: Scenario, own: Partial<Scenario>, name: string): Scenario {
  return {
    ...base,
    ...own,
    name,
    files: { ...base.files, ...own.files },
    sysctl: own.sysctl ?? base.sysctl ?? {},
    steps: own.steps ?? base.steps,
  };
}

function replaceOnce(text: string, [from, to]: readonly [string, string], name: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) {
    throw new Error(`${name}: “${from}” stands ${parts.length - 1} times in the file`);
  }
  return parts.join(to);
}

const worlds = new Map<string, string>();

/** The world at the reader's arrival, as text. */
export function libraryWorld(name: string): string {
  const known = worlds.get(name);
  if (known !== undefined) return known;
  const { scenario, begin } = libraryEntry(name);
  const simulation = buildSimulation(expandScenario(scenario), createMachine(programs));
  runTimeline(simulation, Math.round(begin * 1_000_000));
  const text = worldToJson(simulation.world);
  worlds.set(name, text);
  return text;
}

/** The article's cluster, running, as pages show it first. */
export function articleBeginning(language: "en" | "zh"): Beginning {
  const title = libraryEntry("article").title[language];
  return { scenario: "article", title, world: libraryWorld("article"), historyUs: 3_200_000 };
}

/** So much of the article's cluster has run before the first frame of a walk; microseconds. */
const WALK_HISTORY_US = 3_000_000;
const TAKEOVER_US = 5_000_000;

/** The article's cluster for a walk: as it runs, or with the master's cable pulled. */
export function walkBeginning(walk: WalkName, language: "en" | "zh"): Beginning {
  const first = { ...articleBeginning(language), historyUs: WALK_HISTORY_US };
  if (walk === "request") return first;
  const at = worldFromJson(first.world).now + WALK_HISTORY_US;
  const input = { kind: "link", host: "keepalived", nic: "eth1", up: false } as const;
  return { ...first, inputs: [{ at, input }], at: at + TAKEOVER_US };
}

/** A run of an entry from the reader's arrival, with all programs at hand. */
export function libraryRun(name: string): Timeline {
  return createTimeline(worldFromJson(libraryWorld(name)), createMachine(programs));
}
