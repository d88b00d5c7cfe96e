// Lists under /proc/net: arp and igmp.
import type { Host } from "./host.ts";
import { groupsOf } from "./igmp.ts";

/** The groups of each interface, their addresses in the machine's byte order. */
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

/** The neighbours, known (flag 2, permanent 6) or asked for (0). */
export function arpProcFile(host: Host): string {
  const lines = ["IP address       HW type     Flags       HW address            Mask     Device"];
  for (const nic of host.nics.values()) {
    for (const [ip, entry] of nic.neighbours) {
      const mac = "mac" in entry ? entry.mac : "00:00:00:00:00:00";
      const flags = entry.state === "permanent" ? "0x6" : "mac" in entry ? "0x2" : "0x0";
      const start = `${ip.padEnd(16)} 0x1         ${flags}         `;
      lines.push(`${start}${mac.padEnd(17)}     *        ${nic.name}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
