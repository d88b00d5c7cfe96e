// `ip link`, and the line that begins each interface of `ip addr` too.
// Left out: making and deleting interfaces, changing MAC address or MTU.
import type { Host, Nic } from "../host/host.ts";
import { setUp } from "../host/interface.ts";
import { TUNNEL } from "../host/tunnel.ts";
import type { Output } from "./immediate.ts";
import { failure, type IpCall, type IpObject, INCOMPLETE, OK, readPairs } from "./ip-words.ts";

export const link: IpObject = {
  name: "link",
  commands: { set: setLink, show: showLinks, lst: showLinks, list: showLinks },
};

/** The interfaces a listing is about, or the complaint about the one that is not there. */
export function chosenNics(host: Host, name: string | undefined): readonly Nic[] | Output {
  if (name === undefined) return [...host.nics.values()];
  const nic = host.nics.get(name);
  return nic === undefined ? failure(`Device "${name}" does not exist.`, 1) : [nic];
}

/** "2: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP" */
export function headLine(nic: Nic): string {
  const name = nic.name === TUNNEL ? `${nic.name}@NONE` : nic.name;
  const start = `${nic.index}: ${name}: <${flags(nic)}> mtu ${nic.mtu}`;
  const queue = nic.name === TUNNEL && !nic.up ? "noop" : "noqueue";
  return `${start} qdisc ${queue} state ${operState(nic)}`;
}

export function linkLine(nic: Nic): string {
  if (nic.name === "lo") return `    link/loopback ${nic.mac} brd ${nic.mac}`;
  if (nic.name === TUNNEL) return `    link/ipip ${nic.mac} brd ${nic.mac}`;
  return `    link/ether ${nic.mac} brd ff:ff:ff:ff:ff:ff`;
}

/** "eth1             UP             " */
export function briefStart(nic: Nic): string {
  return `${nic.name.padEnd(16)} ${operState(nic).padEnd(14)} `;
}

export function flags(nic: Nic): string {
  const list = kindFlags(nic);
  if (nic.up && !nic.carrier) list.unshift("NO-CARRIER");
  if (!nic.arp) list.push("NOARP");
  if (nic.up) list.push("UP");
  if (nic.up && nic.carrier) list.push("LOWER_UP");
  return list.join(",");
}

function kindFlags({ name }: Nic): string[] {
  if (name === "lo") return ["LOOPBACK"];
  return name === TUNNEL ? [] : ["BROADCAST", "MULTICAST"];
}

function operState(nic: Nic): string {
  if (!nic.up) return "DOWN";
  if (nic.name === "lo" || nic.name === TUNNEL) return "UNKNOWN";
  // An interface whose other end lost its link, as the recorded ones do; a cable's says DOWN.
  return nic.carrier ? "UP" : "LOWERLAYERDOWN";
}

function showLinks({ host, options, words }: IpCall): Output {
  const read = readPairs(words, ["dev"]);
  if (read === undefined) return INCOMPLETE;
  const nics = chosenNics(host, read.pairs.get("dev") ?? read.rest[0]);
  if (!Array.isArray(nics)) return nics as Output;
  const lines = (nics as readonly Nic[]).map((nic) => {
    if (options.brief) return `${briefStart(nic)}${nic.mac} <${flags(nic)}> \n`;
    const first = `${headLine(nic)} mode DEFAULT group default qlen 1000`;
    const end = options.oneLine ? "\\" : "\n";
    return `${first}${end}${linkLine(nic)}\n${options.statistics ? statistics(nic) : ""}`;
  });
  return { stdout: lines.join("") };
}

const WIDTHS = [14, 7, 6, 7, 7, 7];

/** What `-s` adds. */
function statistics({ traffic }: Nic): string {
  const cells = (...values: readonly number[]): string =>
    values.map((value, at) => String(value).padStart(WIDTHS[at] ?? 7)).join(" ");
  return [
    "    RX:  bytes packets errors dropped  missed   mcast           ",
    `${cells(traffic.rxBytes, traffic.rxPackets, 0, 0, 0, 0)} `,
    "    TX:  bytes packets errors dropped carrier collsns           ",
    `${cells(traffic.txBytes, traffic.txPackets, 0, 0, 0, 0)} `,
    "",
  ].join("\n");
}

function setLink({ host, sim, words }: IpCall): Output {
  const read = readPairs(words, ["dev"]);
  if (read === undefined) return INCOMPLETE;
  const rest = [...read.rest];
  const name = read.pairs.get("dev") ?? rest.shift();
  if (name === undefined) {
    return failure('Not enough information: "dev" argument is required.', 255);
  }
  const nic = host.nics.get(name);
  if (nic === undefined) return failure(`Cannot find device "${name}"`, 1);
  for (const word of rest) {
    if (word !== "up" && word !== "down") {
      return failure(`Error: either "dev" is duplicate, or "${word}" is a garbage.`, 255);
    }
    setUp(host, nic, word === "up", sim);
  }
  return OK;
}
