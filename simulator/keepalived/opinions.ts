// What keepalived 2.2.7 thinks of a file, process by process: values, names, what does not go together
// (K183-K209). It weighs about as much as the rest of the reader, so pages load it when a file is
// about to be changed.
import { checkEntries, type Named } from "./check-entries.ts";
import { checkGroup, checkServer, checkValues } from "./check-servers.ts";
import { tellScriptUsers } from "./check-users.ts";
import { checkVrrp } from "./check-vrrp.ts";
import { complaintsOf } from "./complaints.ts";
import type { Diagnostic } from "./diagnostics.ts";
import {
  type Environment,
  type Meaning,
  type Opinions,
  type ReadConfiguration,
  readMeaning,
} from "./read.ts";
import { readMoreCheckers } from "./read-more-checkers.ts";
import type { Statement } from "./tree.ts";
import { all, complainLater, has, last, type Reader, word } from "./values.ts";

const OPINIONS: Opinions = {
  complaintsOf,
  readMoreCheckers,
  judge(meaning, passes, environment, found) {
    judgeServers(meaning, environment, found);
    const runs = judgeVrrp(meaning, environment, found);
    tellScriptUsers(passes, found, meaning.global);
    return runs;
  },
};

/** Its meaning and all that keepalived says of it. */
export const readConfiguration: ReadConfiguration = (text, environment) =>
  readMeaning(text, environment, OPINIONS);

function judgeServers(meaning: Meaning, environment: Environment, found: Diagnostic[]): void {
  const reader: Reader = { process: "Keepalived_healthcheckers", found };
  const blocks = all(meaning.checkers, "virtual_server");
  for (const block of blocks) checkValues(reader, block);
  for (const group of all(meaning.checkers, "virtual_server_group")) checkGroup(reader, group);
  for (const block of blocks) checkServer(reader, block);
  const commands = meaning.config.virtualServers.flatMap(
    ({ realServers, quorumUp, quorumDown }) => [
      quorumUp,
      quorumDown,
      ...realServers.flatMap(({ notifyUp, notifyDown, checkers }) => [
        notifyUp,
        notifyDown,
        ...checkers.map((checker) => ("command" in checker ? checker.command : undefined)),
      ]),
    ],
  );
  tellInsecure(reader, meaning.checkers, commands, environment, meaning.global, "check scripts");
}

function judgeVrrp(meaning: Meaning, environment: Environment, found: Diagnostic[]): boolean {
  const { vrrp, global, instances } = meaning;
  const { scripts } = meaning.config;
  const reader: Reader = { process: "Keepalived_vrrp", found };
  const groups = all(vrrp, "vrrp_sync_group");
  const missingNics: Statement[] = [];
  const named: Named = {
    nics: environment.nics,
    missingNics,
    defined: (kind, name, at) =>
      vrrp.some(
        (each) =>
          each.keyword.endsWith(kind) &&
          (kind !== "script" || hasCommand(each)) &&
          word(each) === name &&
          (each.end?.at ?? each.at) < at,
      ),
  };
  for (const each of [...all(vrrp, "vrrp_instance"), ...groups, ...vrrp.filter(isRootList)]) {
    checkEntries(reader, each, word(each) ?? "", named);
  }
  return checkVrrp(reader, instances, groups, {
    missingNic: missingNics[0],
    tellScripts: () => tellScripts(reader, meaning, environment),
    strict: has(global, "vrrp_strict"),
    weights: new Map(scripts.map(({ name, weight }) => [name, weight])),
  });
}

/** Scripts are looked at when there is an instance to run them for. */
function tellScripts(reader: Reader, meaning: Meaning, environment: Environment): void {
  const { vrrp, global, instances, config } = meaning;
  const isScript = environment.isScript ?? ((): boolean => true);
  const [first] = all(vrrp, "vrrp_script");
  if (instances.length === 0) return;
  for (const { name, command } of config.scripts) {
    if (first === undefined || isScript(command[0] ?? "")) continue;
    complainLater(reader, first, `Disabling track script ${name} since not found/accessible`);
  }
  const notifying = [...instances.map((each) => each.config), ...config.syncGroups];
  const commands = [
    ...config.scripts.map(({ command }) => command),
    ...notifying.flatMap(({ notify }) => Object.values(notify)),
  ];
  tellInsecure(reader, vrrp, commands, environment, global, "scripts");
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
