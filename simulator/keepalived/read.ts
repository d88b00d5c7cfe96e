// Reads a keepalived.conf. The file is read by the parent, the checkers, the VRRP and the BFD process,
// in this order (K181, K209). What keepalived 2.2.7 thinks of it comes apart from what it means
// (opinions.ts): it weighs, and a page whose files nobody changes does without.
import { readTable } from "./lvs-globals.ts";
import type { KeepalivedConfig, SyncGroupConfig, VrrpInstanceConfig } from "./config.ts";
import type { Diagnostic } from "./diagnostics.ts";
import type { Identity } from "./log.ts";
import { type ComplaintsOf, type Pass, readPass } from "./pass.ts";
import type { ReadMore } from "./read-checkers.ts";
import type { ScriptState } from "./run-command.ts";
import { readVirtualServer } from "./read-servers.ts";
import { readScript, readSyncDaemon, readSyncGroup, withoutWeights } from "./read-track.ts";
import { readInstance } from "./read-vrrp.ts";
import { type Files, readSource } from "./source.ts";
import type { Statement } from "./tree.ts";
import { all, flag, last, word } from "./values.ts";

export interface ReadResult {
  readonly config: KeepalivedConfig;
  /** In the order in which `keepalived -t` prints them. */
  readonly diagnostics: readonly Diagnostic[];
  /** What a real start logs: these, and some that `-t` keeps to itself. */
  readonly logged: readonly Diagnostic[];
  /** Of `keepalived -t` (K189). */
  readonly exitCode: number;
  /** A real start ends with "exited with permanent error CONFIG" (K190). */
  readonly fatal: boolean;
}

export interface Environment {
  readonly path: string;
  /** Names of the host's interfaces. */
  readonly nics: readonly string[];
  /** Of included files; without it there are none. */
  readonly files?: Files;
  /** What is at a script's path; without it every one runs. */
  readonly scriptAt?: (path: string) => ScriptState;
  /** A daemon is to run with it; otherwise `keepalived -t` looks it through (K186). */
  readonly starts?: boolean;
  /** At a reload the children look into global_defs themselves (measured, 2.2.7). */
  readonly reloads?: boolean;
}

/** A reader of files: with opinions, or of their meaning alone. */
export type ReadConfiguration = (text: string, environment: Environment) => ReadResult;

/** The statements that are read, and what they mean. */
export interface Meaning {
  readonly global: readonly Statement[];
  readonly checkers: readonly Statement[];
  readonly vrrp: readonly Statement[];
  readonly instances: readonly {
    readonly statement: Statement;
    readonly config: VrrpInstanceConfig;
  }[];
  readonly config: KeepalivedConfig;
}

/** What keepalived says of a file besides keywords and braces that it does not know. */
export interface Opinions {
  /** Scripts that cannot be run are taken out. */
  readonly withoutDisabled: (
    config: KeepalivedConfig,
    environment: Environment,
  ) => KeepalivedConfig;
  readonly complaintsOf: ComplaintsOf;
  /** The checkers that few files have; without it they are passed over. */
  readonly readMoreCheckers: (files: readonly Statement[]) => ReadMore;
  /** Adds to `found`; false when a real start ends here (K190). */
  readonly judge: (
    meaning: Meaning,
    passes: readonly Pass[],
    environment: Environment,
    found: Diagnostic[],
  ) => boolean;
}

const ORDER: readonly Identity[] = [
  "Keepalived",
  "Keepalived_healthcheckers",
  "Keepalived_vrrp",
  "Keepalived_bfd",
];
const COMPLAINTS = 5;
const INSECURE = 6;

/**
 * Without opinions only structure is told, and every file can run: right for a file that is known to
 * hold no other mistakes. Never throws, whatever the text.
 */
export function readMeaning(
  text: string,
  environment: Environment,
  opinions?: Opinions,
): ReadResult {
  const source = readSource(text, environment.path, environment.files);
  const passes = ORDER.map((process) =>
    readPass(source, process, opinions?.complaintsOf, environment.reloads),
  );
  const found: Diagnostic[] = [];
  const meaning = meaningOf(passes as [Pass, Pass, Pass, Pass], found, opinions);
  const runs = opinions?.judge(meaning, passes, environment, found) ?? true;
  const { logged, exited } = inOrder(passes, found);
  const diagnostics = logged.filter(({ kind }) => kind !== "log");
  return {
    config: deepFreeze(opinions?.withoutDisabled(meaning.config, environment) ?? meaning.config),
    diagnostics,
    logged,
    exitCode: exited ?? exitCode(diagnostics),
    fatal: exited !== undefined || !runs,
  };
}

function meaningOf(
  [parent, checkers, vrrp]: [Pass, Pass, Pass, Pass],
  found: Diagnostic[],
  opinions: Opinions | undefined,
): Meaning {
  const global = all(parent.statements, "global_defs").flatMap(({ block }) => block ?? []);
  const files = checkers.statements.filter(({ keyword }) => keyword.endsWith("track_file"));
  const readMore = opinions?.readMoreCheckers(files);
  const logAllFailures = flag(last(global, "checker_log_all_failures")) ?? false;
  const groups = all(checkers.statements, "virtual_server_group");
  const virtualServers = all(checkers.statements, "virtual_server")
    .map((statement) => readVirtualServer(statement, { readMore, logAllFailures }, groups))
    .filter((each) => each !== undefined);
  const instances = all(vrrp.statements, "vrrp_instance").flatMap((statement) => {
    const config = readInstance(statement, global);
    return config === undefined ? [] : [{ statement, config }];
  });
  const scripts = all(vrrp.statements, "vrrp_script")
    .map((each) => readScript(each))
    .filter((each) => each !== undefined);
  const syncGroups = all(vrrp.statements, "vrrp_sync_group")
    .map((each) => readSyncGroup(each))
    .filter((each) => each !== undefined);
  const config: KeepalivedConfig = {
    routerId: word(last(global, "router_id")),
    instances: instances.map((each) => asTracked(each.config, syncGroups, scripts)),
    syncGroups,
    scripts,
    virtualServers,
    syncDaemon: readSyncDaemon(global),
    table: readTable(global),
  };
  return { global, checkers: checkers.statements, vrrp: vrrp.statements, instances, config };
}

/** Its own interface is not tracked twice (K100); in a sync group nothing is with a weight (K112). */
function asTracked(
  config: VrrpInstanceConfig,
  groups: readonly SyncGroupConfig[],
  scripts: KeepalivedConfig["scripts"],
): VrrpInstanceConfig {
  const nics = config.track.nics.filter(({ name }) => name !== config.nic);
  const track = { ...config.track, nics };
  const group = groups.find(({ members }) => members.includes(config.name));
  if (group === undefined || group.trackingWeight) return { ...config, track };
  return { ...config, track: withoutWeights(track, scripts) };
}

/** Process by process, each in the order of reading; after one that ended there is no other. */
function inOrder(
  passes: readonly Pass[],
  found: readonly Diagnostic[],
): { logged: Diagnostic[]; exited: number | undefined } {
  const logged: Diagnostic[] = [];
  for (const [i, process] of ORDER.entries()) {
    const pass = passes[i];
    const end = pass?.exited === undefined ? Infinity : lastPlace(pass.found);
    const own = [...(pass?.found ?? []), ...found.filter((each) => each.process === process)];
    const placed = own.filter(({ at }) => at !== undefined && at <= end);
    logged.push(...placed.sort((a, b) => (a.at ?? 0) - (b.at ?? 0)));
    if (pass?.exited !== undefined) return { logged, exited: pass.exited };
    logged.push(...own.filter(({ at }) => at === undefined));
  }
  return { logged, exited: undefined };
}

function lastPlace(found: readonly Diagnostic[]): number {
  return Math.max(...found.map(({ at }) => at ?? 0));
}

function exitCode(diagnostics: readonly Diagnostic[]): number {
  if (diagnostics.some(({ kind }) => kind === "violation")) return INSECURE;
  return diagnostics.some(({ kind }) => kind === "complaint") ? COMPLAINTS : 0;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) deepFreeze(each);
  }
  return value;
}
