// The lists of `ip` that a lesson only looks at: `ip maddress`, `ip rule`, `ip tunnel`.
// The addresses of IPv6 that a card joins by itself are listed, as the recorded machines list them.
import type { Host, Nic } from "../host/host.ts";
import { groupsOf } from "../host/igmp.ts";
import { TUNNEL } from "../host/tunnel.ts";
import type { Output } from "./immediate.ts";
import { chosenNics } from "./ip-link.ts";
import { failure, type IpCall, type IpObject, INCOMPLETE, readPairs } from "./ip-words.ts";

export const maddress: IpObject = {
  name: "maddress",
  commands: { show: showGroups, lst: showGroups, list: showGroups },
};

function showGroups({ host, words }: IpCall): Output {
  const read = readPairs(words, ["dev"]);
  if (read === undefined) return INCOMPLETE;
  const nics = chosenNics(host, read.pairs.get("dev") ?? read.rest[0]);
  if (!Array.isArray(nics)) return nics as Output;
  return { stdout: (nics as readonly Nic[]).map((nic) => groupLines(host, nic)).join("") };
}

function groupLines(host: Host, nic: Nic): string {
  const groups = groupsOf(host, nic);
  const lines = [`${nic.index}:\t${nic.name}`];
  // The oldest first among MAC addresses, the newest first among groups.
  if (nic.mac !== "00:00:00:00:00:00" && nic.name !== TUNNEL) {
    lines.push("\tlink  33:33:00:00:00:01");
    for (const { group } of groups.toReversed()) lines.push(`\tlink  ${groupMac(group)}`);
  }
  for (const { group, users } of groups) {
    lines.push(`\tinet  ${group}${users > 1 ? ` users ${users}` : ""}`);
  }
  lines.push("\tinet6 ff02::1", "\tinet6 ff01::1");
  return `${lines.join("\n")}\n`;
}

/** The low 23 bits of the group behind 01:00:5e (RFC 1112 6.4). */
function groupMac(group: string): string {
  const [, second = 0, third = 0, fourth = 0] = group.split(".").map(Number);
  const two = (value: number): string => value.toString(16).padStart(2, "0");
  return `01:00:5e:${two(second & 0x7f)}:${two(third)}:${two(fourth)}`;
}

const RULES =
  "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n";

export const rule: IpObject = {
  name: "rule",
  commands: { show: showRules, lst: showRules, list: showRules },
};

function showRules(): Output {
  return { stdout: RULES };
}

export const tunnel: IpObject = {
  name: "tunnel",
  commands: { show: showTunnels, lst: showTunnels, list: showTunnels, add: addTunnel },
};

function showTunnels({ host }: IpCall): Output {
  if (!host.nics.has(TUNNEL)) return {};
  return { stdout: `${TUNNEL}: any/ip remote any local any ttl inherit nopmtudisc\n` };
}

function addTunnel(): Output {
  return failure("The lab has no tunnels between two addresses: load tunl0 with modprobe ipip.", 1);
}
