// /proc/net/igmp: the groups of each interface, their addresses in the machine's byte order.
import type { Host } from "./host.ts";
import { groupsOf } from "./igmp.ts";

export function igmpProcFile(host: Host): string {
  const lines = ["Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter"];
  for (const nic of host.nics.values()) {
    const groups = groupsOf(host, nic);
    const count = String(groups.length).padStart(6);
    lines.push(`${nic.index}\t${nic.name.padEnd(10)}:${count}      V3`);
    for (const { group, users } of groups) {
      const octets = group.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0"));
      const word = octets.reverse().join("").toUpperCase();
      lines.push(`\t\t\t\t${word} ${String(users).padStart(5)} 0:00000000\t\t0`);
    }
  }
  return `${lines.join("\n")}\n`;
}
