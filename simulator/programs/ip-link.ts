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
  const start = `${nic.index}: ${shownName(nic)}: <${flags(nic)}> mtu ${nic.mtu}`;
  const queue = nic.name === TUNNEL && !nic.up ? "noop" : "noqueue";
  return `${start} qdisc ${queue} state ${operState(nic)}`;
}

/** A tunnel hangs on no card. */
function shownName({ name }: Nic): string {
  return name === TUNNEL ? `${name}@NONE` : name;
}

export function linkLine(nic: Nic): string {
  if (nic.name === "lo") return `    link/loopback ${nic.mac} brd ${nic.mac}`;
  if (nic.name === TUNNEL) return `    link/ipip ${nic.mac} brd ${nic.mac}`;
  return `    link/ether ${nic.mac} brd ff:ff:ff:ff:ff:ff`;
}

/** "eth1             UP             " */
export function briefStart(nic: Nic): string {
  return `${shownName(nic).padEnd(16)} ${operState(nic).padEnd(14)} `;
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
    const text = `${first}\n${linkLine(nic)}\n${options.statistics ? statistics(nic) : ""}`;
    return options.oneLine ? `${text.slice(0, -1).replaceAll("\n", "\\")}\n` : text;
  });
  return { stdout: lines.join("") };
}

/** What `-s` adds: two tables whose columns grow with the largest number in them. */
export function statistics({ traffic }: Nic): string {
  const { rxPackets, rxBytes, txPackets, txBytes } = traffic;
  const bytes = Math.max(10, `${rxBytes}`.length, `${txBytes}`.length);
  const packets = Math.max(7, `${rxPackets}`.length, `${txPackets}`.length);
  const head = (direction: string, last: string): string =>
    `    ${direction}: ${"bytes".padStart(bytes - 4)} ${"packets".padStart(packets)} ${last}\n`;
  const row = (size: number, count: number): string =>
    `    ${String(size).padStart(bytes)} ${String(count).padStart(packets)}` +
    "      0       0       0       0 \n";
  return (
    head("RX", "errors dropped  missed   mcast           ") +
    row(rxBytes, rxPackets) +
    head("TX", "errors dropped carrier collsns           ") +
    row(txBytes, txPackets)
  );
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
