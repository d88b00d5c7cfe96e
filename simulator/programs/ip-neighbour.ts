// `ip neighbour`, and `arp -n`, its older spelling.
import type { Host, Neighbour, Nic } from "../host/host.ts";
import { deleteNeighbour, flushNeighbours, setPermanent } from "../host/neighbour.ts";
import { parseIp } from "../wire/address.ts";
import { immediate, type Output } from "./immediate.ts";
import {
  failure,
  INCOMPLETE,
  type IpCall,
  type IpObject,
  OK,
  readPairs,
  refused,
} from "./ip-words.ts";

export const neighbour: IpObject = {
  name: "neigh",
  commands: {
    add: (call) => setEntry(call, true),
    change: (call) => setEntry(call, false),
    replace: (call) => setEntry(call, false),
    delete: deleteEntry,
    flush,
    show,
    lst: show,
    list: show,
  },
};

const KEYS = ["dev", "to", "lladdr", "nud"];

function show({ host, words, options }: IpCall): Output {
  if (options.inet6Only) return OK;
  const read = readPairs(words, KEYS);
  if (read === undefined) return INCOMPLETE;
  const device = read.pairs.get("dev");
  const only = (read.pairs.get("to") ?? read.rest[0])?.split("/")[0];
  if (device !== undefined && !host.nics.has(device)) {
    return failure(`Cannot find device "${device}"`, 1);
  }
  if (only !== undefined && parseIp(only) === undefined) {
    return failure(`Error: any valid prefix is expected rather than "${only}".`, 1);
  }
  const wantedState = read.pairs.get("nud");
  const lines: string[] = [];
  for (const { nic, ip, entry } of entries(host)) {
    if (device !== undefined && nic.name !== device) continue;
    if (only !== undefined && ip !== only) continue;
    if (wantedState !== undefined && wantedState !== entry.state && wantedState !== "all") continue;
    lines.push(formatNeighbour(ip, entry, device === undefined ? nic.name : undefined));
  }
  return { stdout: lines.join("") };
}

/** "192.168.88.100 dev eth1 lladdr 02:00:00:00:58:08 REACHABLE " (I204). */
export function formatNeighbour(ip: string, entry: Neighbour, device: string | undefined): string {
  const dev = device === undefined ? "" : `dev ${device} `;
  const mac = "mac" in entry ? `lladdr ${entry.mac} ` : "";
  return `${ip} ${dev}${mac}${entry.state.toUpperCase()} \n`;
}

function entries(host: Host): { nic: Nic; ip: string; entry: Neighbour }[] {
  return [...host.nics.values()].flatMap((nic) =>
    [...nic.neighbours].map(([ip, entry]) => ({ nic, ip, entry })),
  );
}

function flush({ host, sim, words }: IpCall): Output {
  const read = readPairs(words, KEYS);
  if (read === undefined) return INCOMPLETE;
  const { pairs, rest } = read;
  if (pairs.size === 0 && rest.length === 0) return failure("Flush requires arguments.", 1);
  const device = pairs.get("dev");
  if (device !== undefined && !host.nics.has(device)) {
    return failure(`Cannot find device "${device}"`, 1);
  }
  const target = (pairs.get("to") ?? rest[0])?.split("/")[0];
  for (const nic of host.nics.values()) {
    if (device !== undefined && nic.name !== device) continue;
    flushNeighbours(host, nic, sim, target === "all" ? undefined : target);
  }
  return OK;
}

function setEntry({ host, sim, words }: IpCall, isNew: boolean): Output {
  const read = readPairs(words, KEYS);
  const ip = read?.pairs.get("to") ?? read?.rest[0];
  const device = read?.pairs.get("dev");
  const mac = read?.pairs.get("lladdr")?.toLowerCase();
  if (ip === undefined || device === undefined) {
    return failure("Device and destination are required arguments.", 255);
  }
  const nic = host.nics.get(device);
  if (nic === undefined) return failure(`Cannot find device "${device}"`, 1);
  if (mac === undefined) return refused("Invalid argument");
  if (!/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/.test(mac)) {
    return failure(`"${mac}" is invalid lladdr.`, 1);
  }
  if (isNew && nic.neighbours.has(ip)) return refused("File exists");
  setPermanent(host, nic, ip, mac, sim);
  return OK;
}

function deleteEntry({ host, sim, words }: IpCall): Output {
  const read = readPairs(words, KEYS);
  const ip = read?.pairs.get("to") ?? read?.rest[0];
  const device = read?.pairs.get("dev");
  if (ip === undefined || device === undefined) {
    return failure("Device and destination are required arguments.", 255);
  }
  const nic = host.nics.get(device);
  if (nic === undefined) return failure(`Cannot find device "${device}"`, 1);
  return deleteNeighbour(host, nic, ip, sim) ? OK : refused("No such file or directory");
}

/** `arp [-a] [-n] [ADDRESS]`, and `arp -d ADDRESS`. */
export const arp = immediate(4_000, ({ host, sim, args }) => {
  const words = args.filter((arg) => !arg.startsWith("-"));
  const options = args.filter((arg) => arg.startsWith("-")).join("");
  const [only] = words;
  const found = entries(host).filter(({ ip }) => only === undefined || ip === only);
  if (options.includes("d") && only !== undefined) {
    for (const { nic, ip } of found) deleteNeighbour(host, nic, ip, sim);
    return found.length > 0 ? OK : { stderr: "No ARP entry for " + only + "\n", code: 255 };
  }
  if (only !== undefined && found.length === 0) {
    return { stdout: `${only} (${only}) -- no entry\n`, code: 1 };
  }
  if (options.includes("a")) return { stdout: found.map(bsdLine).join("") };
  if (found.length === 0) return OK;
  const head = "Address                  HWtype  HWaddress           Flags Mask            Iface\n";
  return { stdout: head + found.map(tableLine).join("") };
});

function bsdLine({ nic, ip, entry }: { nic: Nic; ip: string; entry: Neighbour }): string {
  if (!("mac" in entry)) return `? (${ip}) at <incomplete> on ${nic.name}\n`;
  const perm = entry.state === "permanent" ? " PERM" : "";
  return `? (${ip}) at ${entry.mac} [ether]${perm} on ${nic.name}\n`;
}

/** The columns of I205. */
function tableLine({ nic, ip, entry }: { nic: Nic; ip: string; entry: Neighbour }): string {
  const name = ip.padEnd(25);
  if (!("mac" in entry)) return `${name}${"".padEnd(8)}${"(incomplete)".padEnd(42)}${nic.name}\n`;
  const marks = (entry.state === "permanent" ? "CM" : "C").padEnd(22);
  return `${name}${"ether".padEnd(8)}${entry.mac.padEnd(20)}${marks}${nic.name}\n`;
}
