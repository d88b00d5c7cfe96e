// Reads a keepalived.conf: its meaning, and what keepalived 2.2.7 says of it. The file is read by the
// parent, the checkers, the VRRP and the BFD process, in this order (K181, K209).
import { checkEntries, type Named } from "./check-entries.ts";
import { tellScriptUsers } from "./check-users.ts";
import { checkGroup, checkServer, checkValues } from "./check-servers.ts";
import { checkVrrp } from "./check-vrrp.ts";
import type { KeepalivedConfig, SyncGroupConfig, VrrpInstanceConfig } from "./config.ts";
import type { Diagnostic } from "./diagnostics.ts";
import type { Identity } from "./log.ts";
import { type Pass, readPass } from "./pass.ts";
import { readVirtualServer } from "./read-servers.ts";
import { readScript, readSyncDaemon, readSyncGroup, withoutWeights } from "./read-track.ts";
import { readInstance } from "./read-vrrp.ts";
import { type Files, readSource } from "./source.ts";
import type { Statement } from "./tree.ts";
import { all, complainLater, has, last, type Reader, word } from "./values.ts";

export interface ReadResult {
  readonly config: KeepalivedConfig;
  /** In the order in which `keepalived -t` prints them. */
  readonly diagnostics: readonly Diagnostic[];
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
  /** Whether a script can be run; without it every one can. */
  readonly isScript?: (path: string) => boolean;
}

const ORDER: readonly Identity[] = [
  "Keepalived",
  "Keepalived_healthcheckers",
  "Keepalived_vrrp",
  "Keepalived_bfd",
];
const COMPLAINTS = 5;
const INSECURE = 6;

/** Never throws, whatever the text. */
export function readConfiguration(text: string, environment: Environment): ReadResult {
  const source = readSource(text, environment.path, environment.files);
  const passes = ORDER.map((process) => readPass(source, process));
  const [parent, checkers, vrrp] = passes as [Pass, Pass, Pass, Pass];
  const found: Diagnostic[] = [];
  const global = all(parent.statements, "global_defs").flatMap(({ block }) => block ?? []);
  const servers = readServers(checkers, found, environment, global);
  const read = readVrrp(vrrp, found, environment, global);
  const config: KeepalivedConfig = {
    routerId: word(last(global, "router_id")),
    instances: read.instances.map((each) => inItsGroup(each, read.syncGroups, read.scripts)),
    syncGroups: read.syncGroups,
    scripts: read.scripts,
    virtualServers: servers,
    syncDaemon: readSyncDaemon(global),
  };
  tellScriptUsers(passes, found, global);
  const { diagnostics, exited } = inOrder(passes, found);
  return {
    config: deepFreeze(config),
    diagnostics,
    exitCode: exited ?? exitCode(diagnostics),
    fatal: exited !== undefined || read.fatal,
  };
}

function readServers(
  { statements }: Pass,
  found: Diagnostic[],
  environment: Environment,
  global: readonly Statement[],
): KeepalivedConfig["virtualServers"] {
  const reader: Reader = { process: "Keepalived_healthcheckers", found };
  const blocks = all(statements, "virtual_server");
  const groups = all(statements, "virtual_server_group");
  for (const block of blocks) checkValues(reader, block);
  for (const group of groups) checkGroup(reader, group);
  for (const block of blocks) checkServer(reader, block);
  const servers = blocks
    .map((statement) => readVirtualServer(statement))
    .filter((each) => each !== undefined);
  const commands = servers.flatMap(({ realServers, quorumUp, quorumDown }) => [
    quorumUp,
    quorumDown,
    ...realServers.flatMap(({ notifyUp, notifyDown, checkers }) => [
      notifyUp,
      notifyDown,
      ...checkers.map((checker) => ("command" in checker ? checker.command : undefined)),
    ]),
  ]);
  tellInsecure(reader, statements, commands, environment, global, "check scripts");
  return servers;
}

function readVrrp(
  { statements }: Pass,
  found: Diagnostic[],
  environment: Environment,
  global: readonly Statement[],
): Pick<KeepalivedConfig, "instances" | "syncGroups" | "scripts"> & { fatal: boolean } {
  const reader: Reader = { process: "Keepalived_vrrp", found };
  const blocks = all(statements, "vrrp_instance");
  const groups = all(statements, "vrrp_sync_group");
  const scriptBlocks = all(statements, "vrrp_script").filter(hasCommand);
  const named: Named = {
    nics: environment.nics,
    defined: (kind, name, at) =>
      statements.some(
        (each) =>
          each.keyword.endsWith(kind) &&
          (kind !== "script" || hasCommand(each)) &&
          word(each) === name &&
          (each.end?.at ?? each.at) < at,
      ),
  };
  const holders = [...blocks, ...groups, ...statements.filter(isRootList)];
  const bad = holders.filter((each) => checkEntries(reader, each, word(each) ?? "", named));
  const read = blocks.flatMap((statement) => {
    const config = readInstance(reader, statement, global);
    return config === undefined ? [] : [{ statement, config }];
  });
  const scripts = scriptBlocks.map((each) => readScript(each)).filter((each) => each !== undefined);
  const syncGroups = groups.map((each) => readSyncGroup(each)).filter((each) => each !== undefined);
  const tellScripts = (): void => {
    const isScript = environment.isScript ?? ((): boolean => true);
    if (read.length === 0) return;
    for (const { name, command } of scripts) {
      const [first] = scriptBlocks;
      if (first === undefined || isScript(command[0] ?? "")) continue;
      complainLater(reader, first, `Disabling track script ${name} since not found/accessible`);
    }
    const commands = [
      ...scripts.map(({ command }) => command),
      ...[...read.map(({ config }) => config), ...syncGroups].flatMap(({ notify }) =>
        Object.values(notify),
      ),
    ];
    tellInsecure(reader, statements, commands, environment, global, "scripts");
  };
  const runs = checkVrrp(reader, read, groups, {
    missingNic: bad[0],
    tellScripts,
    strict: has(global, "vrrp_strict"),
    weights: new Map(scripts.map(({ name, weight }) => [name, weight])),
  });
  return { instances: read.map(({ config }) => config), syncGroups, scripts, fatal: !runs };
}

function hasCommand({ block }: Statement): boolean {
  return (word(last(block, "script")) ?? "") !== "";
}

/** Lists and groups of interfaces that stand outside of any instance. */
function isRootList({ keyword }: Statement): boolean {
  const lists = ["static_ipaddress", "linkbeat_interfaces", "interface_up_down_delays"];
  return lists.includes(keyword) || keyword === "garp_group";
}

/** Scripts that can be run, and nobody said that they may (K107). */
function tellInsecure(
  reader: Reader,
  [first]: readonly Statement[],
  commands: readonly (readonly string[] | undefined)[],
  { isScript }: Environment,
  global: readonly Statement[],
  what: string,
): void {
  if (isScript === undefined || first === undefined) return;
  if (has(global, "enable_script_security")) return;
  if (!commands.some((command) => command !== undefined && isScript(command[0] ?? ""))) return;
  const text = `${what} are being executed but script_security not enabled.`;
  complainLater(reader, first, `SECURITY VIOLATION - ${text}`);
}

/** A member of a sync group loses what it tracks with a weight (K112). */
function inItsGroup(
  config: VrrpInstanceConfig,
  groups: readonly SyncGroupConfig[],
  scripts: KeepalivedConfig["scripts"],
): VrrpInstanceConfig {
  const group = groups.find(({ members }) => members.includes(config.name));
  if (group === undefined || group.trackingWeight) return config;
  return { ...config, track: withoutWeights(config.track, scripts) };
}

/** Process by process, each in the order of reading; after one that ended there is no other. */
function inOrder(
  passes: readonly Pass[],
  found: readonly Diagnostic[],
): { diagnostics: Diagnostic[]; exited: number | undefined } {
  const diagnostics: Diagnostic[] = [];
  for (const [i, process] of ORDER.entries()) {
    const pass = passes[i];
    const end = pass?.exited === undefined ? Infinity : lastPlace(pass.found);
    const own = [...(pass?.found ?? []), ...found.filter((each) => each.process === process)];
    const placed = own.filter(({ at }) => at !== undefined && at <= end);
    diagnostics.push(...placed.sort((a, b) => (a.at ?? 0) - (b.at ?? 0)));
    if (pass?.exited !== undefined) return { diagnostics, exited: pass.exited };
    diagnostics.push(...own.filter(({ at }) => at === undefined));
  }
  return { diagnostics, exited: undefined };
}

function lastPlace(found: readonly Diagnostic[]): number {
  return Math.max(...found.map(({ at }) => at ?? 0));
}

function exitCode(diagnostics: readonly Diagnostic[]): number {
  if (diagnostics.some(({ text }) => text.startsWith("SECURITY VIOLATION"))) return INSECURE;
  // A missing include is spoken of and counts for nothing (K176).
  return diagnostics.every(({ text }) => text.includes("Config files missing")) ? 0 : COMPLAINTS;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) deepFreeze(each);
  }
  return value;
}
