// `ip address`: the listing with its variants, adding and deleting.
// Left out: labels in listings by pattern, lifetimes, IPv6.
import type { InterfaceAddress, Nic } from "../host/host.ts";
import { addAddress, removeAddress } from "../host/interface.ts";
import { broadcastOf, inSubnet, parseIp } from "../wire/address.ts";
import type { Output } from "./immediate.ts";
import { briefStart, chosenNics, headLine, linkLine, statistics } from "./ip-link.ts";
import {
  failure,
  INCOMPLETE,
  type IpCall,
  type IpObject,
  type IpOptions,
  OK,
  readPairs,
  readPrefix,
  refused,
} from "./ip-words.ts";

export const address: IpObject = {
  name: "address",
  commands: {
    add: (call) => change(call, "add"),
    change: (call) => change(call, "add"),
    replace: (call) => change(call, "replace"),
    delete: (call) => change(call, "delete"),
    show: showAddresses,
    lst: showAddresses,
    list: showAddresses,
    flush: flushAddresses,
  },
};

function showAddresses({ host, options, words }: IpCall): Output {
  const read = readPairs(words, ["dev", "to", "scope", "label"]);
  if (read === undefined) return INCOMPLETE;
  const onlyUp = read.rest.includes("up");
  const name = read.pairs.get("dev") ?? read.rest.find((word) => word !== "up");
  const nics = chosenNics(host, name);
  if (!Array.isArray(nics)) return nics as Output;
  const shown = (nics as readonly Nic[]).filter((nic) => !onlyUp || nic.up);
  return { stdout: shown.map((nic) => formatNic(nic, options)).join("") };
}

/** One interface of `ip addr` (I200, I201). */
export function formatNic(nic: Nic, options: IpOptions): string {
  if (options.inet6Only) return "";
  if (options.brief) {
    const list = nic.addresses.map((own) => `${own.address}/${own.prefix} `).join("");
    return `${briefStart(nic)}${list}\n`;
  }
  if (options.oneLine) return nic.addresses.map((own) => formatOneLine(nic, own)).join("");
  if (options.inetOnly && nic.addresses.length === 0) return "";
  const lines = [`${headLine(nic)} group default qlen 1000`];
  if (!options.inetOnly) lines.push(linkLine(nic));
  for (const own of nic.addresses) {
    lines.push(`    inet ${inet(own)}`, "       valid_lft forever preferred_lft forever");
  }
  if (options.statistics) lines.push(statistics(nic).slice(0, -1));
  return `${lines.join("\n")}\n`;
}

function formatOneLine(nic: Nic, own: InterfaceAddress): string {
  const start = `${nic.index}: ${nic.name}    inet ${inet(own)}`;
  return `${start}\\       valid_lft forever preferred_lft forever\n`;
}

function inet(own: InterfaceAddress): string {
  const broadcast = own.broadcast === undefined ? "" : ` brd ${own.broadcast}`;
  const secondary = own.secondary ? " secondary" : "";
  return `${own.address}/${own.prefix}${broadcast} scope ${own.scope}${secondary} ${own.label}`;
}

const SCOPES = ["global", "link", "host"] as const;

function change({ host, sim, words }: IpCall, action: "add" | "replace" | "delete"): Output {
  const read = readPairs(words, ["dev", "brd", "broadcast", "label", "scope", "local", "metric"]);
  if (read === undefined) return INCOMPLETE;
  const { pairs, rest } = read;
  const given = pairs.get("local") ?? rest[0];
  const wanted = given === undefined ? undefined : readPrefix(given);
  if (given !== undefined && wanted === undefined) {
    return failure(`Error: any valid prefix is expected rather than "${given}".`, 1);
  }
  const device = pairs.get("dev");
  if (device === undefined) {
    return failure('Not enough information: "dev" argument is required.', 255);
  }
  if (!host.nics.has(device)) return failure(`Cannot find device "${device}"`, 1);
  if (wanted === undefined) return action === "delete" ? OK : refused("Invalid argument");
  if (action === "delete") return deleteAddress({ host, sim }, device, wanted);
  const { address: ip, length = 32 } = wanted;
  const brd = pairs.get("brd") ?? pairs.get("broadcast");
  const broadcast = brd === "+" ? broadcastOf(ip, length) : brd;
  if (broadcast !== undefined && parseIp(broadcast) === undefined) {
    return failure(`Error: inet address is expected rather than "${broadcast}".`, 1);
  }
  const scope = SCOPES.find((each) => each === pairs.get("scope"));
  const label = pairs.get("label");
  const added = addAddress(
    host,
    device,
    {
      address: ip,
      prefix: length,
      ...(broadcast !== undefined && { broadcast }),
      ...(scope !== undefined && { scope }),
      ...(label !== undefined && { label }),
    },
    sim,
  );
  return added === "exists" && action === "add" ? refused("File exists") : OK;
}

function deleteAddress(
  { host, sim }: Pick<IpCall, "host" | "sim">,
  device: string,
  { address: ip, length }: { address: string; length: number | undefined },
): Output {
  const stderr = length === undefined ? wildcardWarning(ip) : "";
  if (removeAddress(host, device, ip, length, sim)) return { stderr };
  return { stderr: `${stderr}RTNETLINK answers: Cannot assign requested address\n`, code: 2 };
}

function wildcardWarning(ip: string): string {
  return [
    "Warning: Executing wildcard deletion to stay compatible with old scripts.",
    `         Explicitly specify the prefix length (${ip}/32) to avoid this warning.`,
    "         This special behaviour is likely to disappear in further releases,",
    "         fix your scripts!\n",
  ].join("\n");
}

function flushAddresses({ host, sim, words }: IpCall): Output {
  const read = readPairs(words, ["dev", "to", "scope", "label"]);
  if (read === undefined) return INCOMPLETE;
  const { pairs, rest } = read;
  const device = pairs.get("dev") ?? rest[0];
  if (device === undefined && pairs.size === 0) return failure("Flush requires arguments.", 255);
  if (device !== undefined && !host.nics.has(device)) {
    return failure(`Device "${device}" does not exist.`, 1);
  }
  const to = pairs.get("to");
  const within = to === undefined ? undefined : readPrefix(to);
  if (to !== undefined && within === undefined) {
    return failure(`Error: any valid prefix is expected rather than "${to}".`, 1);
  }
  const isMeant = (own: InterfaceAddress): boolean =>
    (within === undefined || inSubnet(own.address, within.address, within.length ?? 32)) &&
    (pairs.get("label") ?? own.label) === own.label &&
    (pairs.get("scope") ?? own.scope) === own.scope;
  for (const nic of host.nics.values()) {
    if (device !== undefined && nic.name !== device) continue;
    for (const own of nic.addresses.filter(isMeant)) {
      removeAddress(host, nic.name, own.address, own.prefix, sim);
    }
  }
  return OK;
}
