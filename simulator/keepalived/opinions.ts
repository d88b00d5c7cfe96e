// What keepalived 2.2.7 thinks of a file, process by process: values, names, what does not go together
// (K183-K209). It weighs about as much as the rest of the reader, so pages load it when a file is
// about to be changed.
import { checkEntries } from "./check-entries.ts";
import type { Named } from "./entry.ts";
import { tellCheckScripts, tellVrrpScripts } from "./check-scripts.ts";
import { checkGroup, checkServer, checkValues } from "./check-servers.ts";
import { tellScriptUsers } from "./check-users.ts";
import { checkVrrp, tellLines } from "./check-vrrp.ts";
import { judgeTimeouts } from "./lvs-globals.ts";
import { complaintsOf, startComplaintsOf } from "./complaints.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { withoutDisabled } from "./disabled.ts";
import {
  type Environment,
  type Meaning,
  type Opinions,
  type ReadConfiguration,
  readMeaning,
} from "./read.ts";
import { readMoreCheckers } from "./read-more-checkers.ts";
import type { Statement } from "./tree.ts";
import { all, has, last, type Reader, word } from "./values.ts";

const OPINIONS: Opinions = {
  complaintsOf,
  readMoreCheckers,
  withoutDisabled,
  judge(meaning, passes, environment, found) {
    judgeTimeouts({ process: "Keepalived", found }, meaning.global);
    judgeServers(meaning, environment, found);
    const runs = judgeVrrp(meaning, environment, found);
    tellScriptUsers(passes, found, meaning.global);
    return runs;
  },
};

const OPINIONS_AT_START: Opinions = { ...OPINIONS, complaintsOf: startComplaintsOf };

/** Its meaning and all that keepalived says of it. */
export const readConfiguration: ReadConfiguration = (text, environment) =>
  readMeaning(text, environment, environment.starts === true ? OPINIONS_AT_START : OPINIONS);

function judgeServers(meaning: Meaning, environment: Environment, found: Diagnostic[]): void {
  const reader: Reader = { process: "Keepalived_healthcheckers", found };
  const blocks = all(meaning.checkers, "virtual_server");
  for (const block of blocks) checkValues(reader, block, meaning.checkers);
  const groups = all(meaning.checkers, "virtual_server_group");
  for (const group of groups) checkGroup(reader, group);
  for (const block of blocks) checkServer(reader, block, groups);
  tellCheckScripts(reader, meaning, environment);
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
    rulePreference: { next: FIRST_RULE_PREFERENCE },
    defined: (kind, name, at) =>
      vrrp.some(
        (each) =>
          each.keyword.endsWith(kind) &&
          (kind !== "script" || hasCommand(each)) &&
          word(each) === name &&
          (each.end?.at ?? each.at) < at,
      ),
  };
  const blocks = [...all(vrrp, "vrrp_instance"), ...groups, ...vrrp.filter(isRootList)];
  for (const each of instances) tellLines(reader, each);
  for (const each of blocks.sort((a, b) => a.at - b.at)) {
    checkEntries(reader, each, word(each) ?? "", named);
  }
  return checkVrrp(reader, instances, groups, {
    missingNic: missingNics[0],
    tellScripts: () => tellVrrpScripts(reader, meaning, environment),
    strict: has(global, "vrrp_strict"),
    weights: new Map(scripts.map(({ name, weight }) => [name, weight])),
  });
}

/** Rules without a preference get one, from here downwards (measured, 2.2.7). */
const FIRST_RULE_PREFERENCE = 16_384;

function hasCommand({ block }: Statement): boolean {
  return (word(last(block, "script")) ?? "") !== "";
}

/** Lists and groups of interfaces that stand outside of any instance. */
function isRootList({ keyword }: Statement): boolean {
  const lists = [
    "static_ipaddress",
    "static_routes",
    "static_rules",
    "linkbeat_interfaces",
    "interface_up_down_delays",
  ];
  return lists.includes(keyword) || keyword === "garp_group";
}
