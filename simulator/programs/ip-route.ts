// `ip route`: the main table, the local table, `get`, adding and deleting.
// Left out: other tables, several next hops, types beyond unicast.
import type { Host, Route } from "../host/host.ts";
import { addRoute, removeRoutes, routeTo } from "../host/route.ts";
import { broadcastOf, ipNumber, networkOf, parseIp } from "../wire/address.ts";
import type { Output } from "./immediate.ts";
import {
  failure,
  INCOMPLETE,
  type IpCall,
  type IpObject,
  OK,
  readPairs,
  readPrefix,
  refused,
} from "./ip-words.ts";

export const route: IpObject = {
  name: "route",
  commands: {
    add: (call) => add(call, "add"),
    append: (call) => add(call, "add"),
    change: (call) => add(call, "replace"),
    replace: (call) => add(call, "replace"),
    delete: remove,
    get,
    show,
    lst: show,
    list: show,
    flush,
  },
};

const KEYS = ["via", "dev", "src", "metric", "table", "proto", "scope", "to"];

function show(call: IpCall): Output {
  const { host, words, options } = call;
  if (options.inet6Only) return OK;
  const read = readPairs(words, KEYS);
  if (read === undefined) return INCOMPLETE;
  const { pairs, rest } = read;
  const table = pairs.get("table") ?? (rest.includes("cache") ? "cache" : "main");
  if (table === "cache") return { stdout: cachedRoutes(call) };
  if (table === "local") return { stdout: localTable(host) };
  const device = pairs.get("dev");
  if (device !== undefined && !host.nics.has(device)) {
    return failure(`Cannot find device "${device}"`, 1);
  }
  const only = rest[0] === undefined ? undefined : readTarget(rest[0]);
  const shown = host.routes.filter((each) => {
    if (device !== undefined && each.nic !== device) return false;
    if (only === undefined) return true;
    return each.destination === only.address && each.prefix === only.length;
  });
  const lines = inTableOrder(shown).map((each) => formatRoute(host, each, device === undefined));
  return { stdout: lines.join("") };
}

function inTableOrder(routes: readonly Route[]): Route[] {
  return [...routes].sort(
    (a, b) => ipNumber(a.destination) - ipNumber(b.destination) || b.prefix - a.prefix,
  );
}

/** "192.168.88.0/24 dev eth1 proto kernel scope link src 192.168.88.8 " (I203). */
export function formatRoute(host: Host, each: Route, showsDevice = true): string {
  const words = [targetText(each.destination, each.prefix)];
  if (each.via !== undefined) words.push("via", each.via);
  if (showsDevice) words.push("dev", each.nic);
  if (each.protocol !== "boot") words.push("proto", each.protocol);
  if (each.scope === "link") words.push("scope link");
  if (each.source !== undefined) words.push("src", each.source);
  if (each.metric !== 0) words.push("metric", String(each.metric));
  if (host.nics.get(each.nic)?.carrier === false) words.push("linkdown");
  return `${words.join(" ")} \n`;
}

function targetText(destination: string, prefix: number): string {
  if (prefix === 0) return "default";
  return prefix === 32 ? destination : `${destination}/${prefix}`;
}

/** The local table is made of the addresses: each one, its broadcast, and lo's whole subnets. */
function localTable(host: Host): string {
  const rows: { key: number; order: number; line: string }[] = [];
  const row = (type: string, target: string, nic: string, scope: string, source: string): void => {
    const order = target.includes("/") ? 0 : 1;
    const line = `${type} ${target} dev ${nic} proto kernel scope ${scope} src ${source} \n`;
    rows.push({ key: ipNumber(target.split("/")[0] ?? ""), order, line });
  };
  // Routes to one target: a card's come before lo's.
  const nics = [...host.nics.values()].sort(
    (a, b) => Number(a.name === "lo") - Number(b.name === "lo"),
  );
  for (const nic of nics) {
    if (!nic.up) continue;
    for (const { address: own, prefix } of nic.addresses) {
      if (nic.name === "lo" && prefix < 32) {
        row("local", `${networkOf(own, prefix)}/${prefix}`, "lo", "host", own);
      }
      row("local", own, nic.name, "host", own);
      if (prefix < 31) row("broadcast", broadcastOf(own, prefix), nic.name, "link", own);
    }
  }
  rows.sort((a, b) => a.key - b.key || a.order - b.order);
  return [...new Set(unseenBroadcasts(rows.map((each) => each.line)))].join("");
}

/** A second address of one subnet brings no second broadcast route. */
function unseenBroadcasts(lines: readonly string[]): string[] {
  const seen = new Set<string>();
  return lines.filter((line) => {
    const match = /^broadcast \S+ dev \S+/.exec(line);
    if (match === null) return true;
    const isNew = !seen.has(match[0]);
    seen.add(match[0]);
    return isNew;
  });
}

/** Only the cache is ever flushed here: what redirects have brought is forgotten. */
function flush({ host, words }: IpCall): Output {
  if (words.includes("cache")) host.detours.clear();
  return OK;
}

/** What redirects have brought, as `ip route show cache` lists it (measured). */
function cachedRoutes({ host, sim }: IpCall): string {
  return [...host.detours]
    .map(([destination, { via, deadline }]) => {
      const nic = routeTo(host, destination)?.nic.name ?? "";
      const left = Math.floor((deadline - sim.now) / 1_000_000);
      return `${destination} via ${via} dev ${nic} \n    cache <redirected> expires ${left}sec \n`;
    })
    .join("");
}

function get({ host, sim, words }: IpCall): Output {
  const read = readPairs(words, [...KEYS, "from", "iif", "oif", "mark"]);
  const target = read?.pairs.get("to") ?? read?.rest[0];
  if (target === undefined) return failure("need at least a destination address", 255);
  const [destination = ""] = target.split("/");
  if (parseIp(destination) === undefined) {
    return failure(`Error: any valid prefix is expected rather than "${target}".`, 1);
  }
  const found = routeTo(host, destination);
  if (found === undefined) return refused("Network is unreachable");
  const via = found.kind === "unicast" && found.via !== undefined ? `via ${found.via} ` : "";
  const type = found.kind === "unicast" ? "" : `${found.kind} `;
  const source = found.kind === "local" ? localSource(host, destination) : found.source;
  const first = `${type}${destination} ${via}dev ${found.nic.name} src ${source} uid 0 \n`;
  const detour = host.detours.get(destination);
  const left = detour === undefined ? 0 : Math.floor((detour.deadline - sim.now) / 1_000_000);
  const note = detour === undefined ? "" : `<redirected> expires ${left}sec `;
  const cache = found.kind === "unicast" ? note : `<${found.kind}> `;
  return { stdout: `${first}    cache ${cache}\n` };
}

/** For an address that is ours only by lo's subnet, the source is the one that is really there. */
function localSource(host: Host, destination: string): string {
  const lo = host.nics.get("lo");
  const isOwn = [...host.nics.values()].some((nic) =>
    nic.addresses.some((own) => own.address === destination),
  );
  const cover = lo?.addresses.find(
    (own) => networkOf(own.address, own.prefix) === networkOf(destination, own.prefix),
  );
  return isOwn ? destination : (cover?.address ?? destination);
}

function readTarget(text: string): { address: string; length: number } | undefined {
  if (text === "default") return { address: "0.0.0.0", length: 0 };
  const prefix = readPrefix(text);
  if (prefix === undefined) return undefined;
  return { address: prefix.address, length: prefix.length ?? 32 };
}

function badTarget(text: string | undefined): Output {
  return failure(`Error: any valid prefix is expected rather than "${text ?? ""}".`, 1);
}

function add({ host, words }: IpCall, action: "add" | "replace"): Output {
  const read = readPairs(words, KEYS);
  if (read === undefined) return INCOMPLETE;
  const { pairs, rest } = read;
  const given = pairs.get("to") ?? rest[0];
  if (given === undefined) return refused("Invalid argument");
  const target = readTarget(given);
  if (target === undefined) return badTarget(given);
  if (networkOf(target.address, target.length) !== target.address) {
    return failure("Error: Invalid prefix for given prefix length.", 2);
  }
  const device = pairs.get("dev");
  if (device !== undefined && !host.nics.has(device)) {
    return failure(`Cannot find device "${device}"`, 1);
  }
  const via = pairs.get("via");
  const nic = outInterface(host, via, device);
  if (typeof nic !== "string") return nic;
  const source = pairs.get("src");
  const metric = Number(pairs.get("metric") ?? 0);
  const added: Route = {
    destination: target.address,
    prefix: target.length,
    nic,
    scope: via === undefined ? "link" : "global",
    protocol: pairs.get("proto") === "static" ? "static" : "boot",
    metric,
    ...(via !== undefined && { via }),
    ...(source !== undefined && { source }),
  };
  if (action === "replace") {
    removeRoutes(
      host,
      (other) =>
        other.destination === added.destination &&
        other.prefix === added.prefix &&
        other.metric === metric,
    );
  }
  return addRoute(host, added) ? OK : refused("File exists");
}

/** The gateway has to be a neighbour: its interface is where the route goes out. */
function outInterface(
  host: Host,
  via: string | undefined,
  device: string | undefined,
): string | Output {
  if (via === undefined) return device ?? refused("No such device");
  if (parseIp(via) === undefined) {
    return failure(`Error: inet address is expected rather than "${via}".`, 1);
  }
  const toGateway = routeTo(host, via);
  const isNeighbour = toGateway?.kind === "unicast" && toGateway.via === undefined;
  if (!isNeighbour) return failure("Error: Nexthop has invalid gateway.", 2);
  return device ?? toGateway.nic.name;
}

function remove({ host, words }: IpCall): Output {
  const read = readPairs(words, KEYS);
  if (read === undefined) return INCOMPLETE;
  const { pairs, rest } = read;
  const given = pairs.get("to") ?? rest[0];
  const target = given === undefined ? undefined : readTarget(given);
  if (target === undefined) return badTarget(given);
  const found = host.routes.find(
    (each) =>
      each.destination === target.address &&
      each.prefix === target.length &&
      (pairs.get("via") ?? each.via) === each.via &&
      (pairs.get("dev") ?? each.nic) === each.nic,
  );
  if (found === undefined) return refused("No such process");
  removeRoutes(host, (each) => each === found);
  return OK;
}
