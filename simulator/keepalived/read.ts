// Reads a keepalived.conf: its tree, its meaning, and what keepalived 2.2.7 says of it. The file is
// read by the parent, the checkers and the VRRP process, in this order (K181, K209).
import type { KeepalivedConfig, SyncGroupConfig, VrrpInstanceConfig } from "./config.ts";
import { type Diagnostic, structureDiagnostics } from "./diagnostics.ts";
import type { Identity } from "./log.ts";
import { readVirtualServer } from "./read-servers.ts";
import { readScripts, readSyncDaemon, readSyncGroup, withoutWeights } from "./read-track.ts";
import { readInstance } from "./read-vrrp.ts";
import { parseTree, type SyntaxTree } from "./tree.ts";
import { all, last, type Reader, word } from "./values.ts";

export interface ReadResult {
  readonly tree: SyntaxTree;
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
}

const ORDER: readonly Identity[] = ["Keepalived", "Keepalived_healthcheckers", "Keepalived_vrrp"];

/** Never throws, whatever the text. */
export function readConfiguration(text: string, { path, nics }: Environment): ReadResult {
  const tree = parseTree(text);
  const found: Diagnostic[] = [];
  const checkers: Reader = { process: "Keepalived_healthcheckers", path, found };
  const vrrp: Reader = { process: "Keepalived_vrrp", path, found };
  const global = last(tree.statements, "global_defs")?.block;
  const virtualServers = all(tree.statements, "virtual_server")
    .map((statement) => readVirtualServer(checkers, statement))
    .filter((each) => each !== undefined);
  const instances = all(tree.statements, "vrrp_instance")
    .map((statement) => readInstance(vrrp, statement, global, nics))
    .filter((each) => each !== undefined);
  const scripts = readScripts(vrrp, tree.statements);
  const syncGroups = all(tree.statements, "vrrp_sync_group")
    .map((statement) => readSyncGroup(statement))
    .filter((each) => each !== undefined);
  const config: KeepalivedConfig = {
    routerId: word(last(global, "router_id")),
    instances: instances.map((each) => inItsGroup(each.config, syncGroups, scripts)),
    syncGroups,
    scripts,
    virtualServers,
    syncDaemon: readSyncDaemon(global),
  };
  const diagnostics = inOrder([...structureDiagnostics(tree, path), ...found]);
  return {
    tree,
    config: deepFreeze(config),
    diagnostics,
    exitCode: diagnostics.length === 0 ? 0 : 5,
    fatal: instances.some((each) => each.fatal),
  };
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

/** Process by process; within one by line, those without a line last. */
function inOrder(found: readonly Diagnostic[]): Diagnostic[] {
  const hasPlace = ({ text }: Diagnostic): boolean => /^\([^)]*Line \d+\)/.test(text);
  return ORDER.flatMap((process) => {
    const own = found.filter((each) => each.process === process);
    const placed = own.filter(hasPlace).sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    return [...placed, ...own.filter((each) => !hasPlace(each))];
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) deepFreeze(each);
  }
  return value;
}
