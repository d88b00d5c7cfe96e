// The meaning of what an instance watches and tells: scripts, interfaces, sync groups, notify lines,
// the connection sync daemon (K100-K122).
import type {
  NotifyConfig,
  SyncDaemonConfig,
  SyncGroupConfig,
  Tracking,
  VrrpScriptConfig,
} from "./config.ts";
import type { Statement } from "./tree.ts";
import { has, integer, last, seconds, word } from "./values.ts";

const SECOND_US = 1_000_000;
const MAX_COUNT = 2 ** 31 - 1;
const MAX_WEIGHT = 253;
const MAX_SECONDS = 1_000_000;

export function readScript(statement: Statement): VrrpScriptConfig | undefined {
  const { block } = statement;
  const name = word(statement);
  const command = commandWords(last(block, "script"));
  if (name === undefined || command === undefined) return undefined;
  const time = (key: string, defaultUs: number): number =>
    seconds(last(block, key), { min: 0.000001, max: MAX_SECONDS, defaultUs });
  const count = (key: string): number =>
    integer(last(block, key), { min: 1, max: MAX_COUNT, default: 1 });
  const intervalUs = time("interval", SECOND_US);
  return {
    name,
    command,
    intervalUs,
    timeoutUs: time("timeout", intervalUs),
    rise: count("rise"),
    fall: count("fall"),
    weight: weightText(word(last(block, "weight"))) ?? 0,
    initFail: has(block, "init_fail"),
  };
}

export function readTracking(block: readonly Statement[] | undefined): Tracking {
  const entries = (key: string): readonly Statement[] => last(block, key)?.block ?? [];
  return {
    nics: entries("track_interface").map((entry) => ({
      name: entry.keyword,
      weight: weightOf(entry) ?? 0,
    })),
    scripts: entries("track_script").map((entry) => ({
      name: entry.keyword,
      weight: weightOf(entry),
    })),
  };
}

export function readSyncGroup(statement: Statement): SyncGroupConfig | undefined {
  const { block } = statement;
  const name = word(statement);
  if (name === undefined) return undefined;
  const group = last(block, "group");
  return {
    name,
    members: (group?.block ?? []).flatMap(({ words }) => words.map(({ text }) => text)),
    track: readTracking(block),
    notify: readNotify(block),
    trackingWeight: has(block, "sync_group_tracking_weight"),
  };
}

export function readNotify(block: readonly Statement[] | undefined): NotifyConfig {
  const keys = {
    master: "notify_master",
    backup: "notify_backup",
    fault: "notify_fault",
    stop: "notify_stop",
    masterLowerPriority: "notify_master_rx_lower_pri",
    any: "notify",
  } as const;
  const notify: { -readonly [Key in keyof NotifyConfig]: NotifyConfig[Key] } = {};
  for (const [key, keyword] of Object.entries(keys)) {
    const command = commandWords(last(block, keyword));
    if (command !== undefined) notify[key as keyof typeof keys] = command;
  }
  if (has(block, "notify_deleted")) notify.tellsDeleted = true;
  return notify;
}

/** `lvs_sync_daemon IF INSTANCE [id N] …`. */
export function readSyncDaemon(
  global: readonly Statement[] | undefined,
): SyncDaemonConfig | undefined {
  const statement = last(global, "lvs_sync_daemon");
  const [nic, instance] = [word(statement), word(statement, 2)];
  if (nic === undefined || instance === undefined) return undefined;
  const words = statement?.words.map(({ text }) => text) ?? [];
  const at = words.indexOf("id");
  return { nic, instance, syncId: at < 0 ? undefined : Number(words[at + 1]) };
}

/** A command line: one quoted word, or all the words that follow the keyword (K169). */
export function commandWords(statement: Statement | undefined): readonly string[] | undefined {
  const texts = statement?.words.slice(1).map(({ text }) => text) ?? [];
  const [path, ...args] = texts.flatMap((text) => splitCommand(text));
  if (path === undefined) return undefined;
  // The name is made a real one: /bin and /sbin are links (recorded: lvs-p-udp).
  return [path.replace(/^\/(s?bin)\//, "/usr/$1/"), ...args];
}

/** Blanks divide, quotes hold together, a backslash takes the next character as it is. */
function splitCommand(text: string): string[] {
  const words = text.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g) ?? [];
  return words.map((each) =>
    each.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, single, double, escaped) =>
      String(single ?? double ?? escaped),
    ),
  );
}

function weightOf(entry: Statement): number | undefined {
  const at = entry.words.findIndex(({ text }) => text === "weight");
  return at < 0 ? undefined : weightText(entry.words[at + 1]?.text);
}

/** Limited to ±253 (K100). */
function weightText(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return undefined;
  return Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, Number(text)));
}

/**
 * The members of a group lose the scripts that they track with a weight, unless it says otherwise
 * (K112); of interfaces it only says so (measured, 2.2.7).
 */
export function withoutWeights(track: Tracking, scripts: readonly VrrpScriptConfig[]): Tracking {
  const own = new Map(scripts.map(({ name, weight }) => [name, weight]));
  return {
    nics: track.nics,
    scripts: track.scripts.filter(({ name, weight }) => (weight ?? own.get(name) ?? 0) === 0),
  };
}
