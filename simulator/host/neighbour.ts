// The ARP cache: Linux's neighbour states and timers (I48-I59). A record's `deadline` is the truth;
// the alarm only knocks. Left out: garbage collection (it begins above 128 entries), proxy ARP.
import type { Sim } from "../kernel/sim.ts";
import { timerWheel } from "../kernel/wheel.ts";
import { BROADCAST_MAC, inSubnet, type Ip, type Mac, ZERO_MAC } from "../wire/address.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { Host, Neighbour, Nic } from "./host.ts";
import { isLocalAddress, selectSource } from "./route.ts";
import { sysctlMax } from "./sysctl.ts";

const RETRANSMIT_US = 1_000_000;
const FIRST_PROBE_US = 5_000_000;
/** Broadcasts while INCOMPLETE, and unicasts while in PROBE, before the entry FAILS (I57). */
const PROBES = 3;
/** An entry younger than this ignores a second answer: the first one wins (I51). */
const LOCK_US = 1_000_000;
/** Packets that may wait for one answer. */
const QUEUE_LIMIT = 101;

/** Hands `packet` to the neighbour at `nextHop`, asking for its MAC address first if need be. */
export function sendToNeighbour(
  host: Host,
  nic: Nic,
  nextHop: Ip,
  packet: Ipv4Packet,
  sim: Sim,
  confirmed = false,
): void {
  const entry = nic.neighbours.get(nextHop);
  if (entry === undefined || entry.state === "failed") {
    ask(host, nic, nextHop, packet, sim);
    return;
  }
  entry.usedAt = sim.now;
  if (entry.state === "incomplete") {
    entry.waiting.push(packet);
    if (entry.waiting.length <= QUEUE_LIMIT) return;
    sim.record(host, "drop.neighbour-queue-full", { address: nextHop });
    entry.waiting.shift();
    return;
  }
  // RFC 826 has no confirmation; Linux takes progress of TCP for one (I59).
  if (confirmed) entry.confirmedAt = sim.now;
  if (entry.state === "stale") startDelay(host, nic, nextHop, entry, sim);
  sim.transmit(host, nic, { source: nic.mac, destination: entry.mac, payload: packet });
}

/** Whether the neighbour's MAC is known; if not, it is asked for, with nothing to send. */
export function knowsNeighbour(host: Host, nic: Nic, ip: Ip, sim: Sim): boolean {
  const entry = nic.neighbours.get(ip);
  if (entry === undefined || entry.state === "failed") ask(host, nic, ip, undefined, sim);
  return entry !== undefined && "mac" in entry;
}

function ask(host: Host, nic: Nic, nextHop: Ip, packet: Ipv4Packet | undefined, sim: Sim): void {
  const deadline = timerWheel(sim.now, RETRANSMIT_US);
  nic.neighbours.set(nextHop, {
    state: "incomplete",
    probes: 1,
    deadline,
    waiting: packet === undefined ? [] : [packet],
    updatedAt: sim.now,
    usedAt: sim.now,
    confirmedAt: 0,
  });
  knock(host, nic, nextHop, deadline, sim);
  solicit(host, nic, nextHop, BROADCAST_MAC, packet?.source, sim);
}

function startDelay(host: Host, nic: Nic, ip: Ip, entry: { mac: Mac } & Times, sim: Sim): void {
  const deadline = timerWheel(sim.now, FIRST_PROBE_US);
  nic.neighbours.set(ip, { ...times(entry), state: "delay", mac: entry.mac, deadline });
  knock(host, nic, ip, deadline, sim);
}

/** The neighbour alarm: key is "<interface> <address>". */
export function neighbourAlarm(host: Host, key: string, sim: Sim): NeighbourFailure | undefined {
  const [nicName = "", ip = ""] = key.split(" ");
  const nic = host.nics.get(nicName);
  const entry = nic?.neighbours.get(ip);
  if (nic === undefined || entry === undefined || !("deadline" in entry)) return undefined;
  if (entry.deadline > sim.now) return undefined;
  switch (entry.state) {
    case "incomplete":
      return retryIncomplete(host, nic, ip, entry, sim);
    case "reachable":
      endReachable(host, nic, ip, entry, sim);
      return undefined;
    case "delay":
      endDelay(host, nic, ip, entry, sim);
      return undefined;
    case "probe":
      retryProbe(host, nic, ip, entry, sim);
      return undefined;
  }
}

/** Packets that waited in vain; the caller tells their senders "no route to host". */
export interface NeighbourFailure {
  readonly nic: Nic;
  readonly packets: readonly Ipv4Packet[];
}

function retryIncomplete(
  host: Host,
  nic: Nic,
  ip: Ip,
  entry: Extract<Neighbour, { state: "incomplete" }>,
  sim: Sim,
): NeighbourFailure | undefined {
  if (entry.probes < PROBES) {
    entry.probes++;
    entry.deadline = timerWheel(sim.now, RETRANSMIT_US);
    knock(host, nic, ip, entry.deadline, sim);
    const source = entry.waiting.at(-1)?.source;
    solicit(host, nic, ip, BROADCAST_MAC, source, sim);
    return undefined;
  }
  nic.neighbours.set(ip, { ...times(entry), state: "failed", updatedAt: sim.now });
  sim.record(host, "arp.failed", { nic: nic.name, address: ip });
  return { nic, packets: entry.waiting };
}

function endReachable(host: Host, nic: Nic, ip: Ip, entry: { mac: Mac } & Times, sim: Sim): void {
  const until = entry.confirmedAt + nic.reachableUs;
  if (sim.now <= until) {
    setReachable(host, nic, ip, entry, until, sim);
  } else if (sim.now <= entry.usedAt + FIRST_PROBE_US) {
    startDelay(host, nic, ip, entry, sim);
  } else {
    nic.neighbours.set(ip, { ...times(entry), state: "stale", mac: entry.mac });
  }
}

function endDelay(host: Host, nic: Nic, ip: Ip, entry: { mac: Mac } & Times, sim: Sim): void {
  if (sim.now <= entry.confirmedAt + FIRST_PROBE_US) {
    setReachable(host, nic, ip, entry, entry.confirmedAt + nic.reachableUs, sim);
    return;
  }
  const deadline = timerWheel(sim.now, RETRANSMIT_US);
  nic.neighbours.set(ip, { ...times(entry), state: "probe", mac: entry.mac, probes: 1, deadline });
  knock(host, nic, ip, deadline, sim);
  solicit(host, nic, ip, entry.mac, undefined, sim);
}

function retryProbe(
  host: Host,
  nic: Nic,
  ip: Ip,
  entry: Extract<Neighbour, { state: "probe" }>,
  sim: Sim,
): void {
  if (entry.probes >= PROBES) {
    nic.neighbours.set(ip, { ...times(entry), state: "failed", updatedAt: sim.now });
    sim.record(host, "arp.failed", { nic: nic.name, address: ip });
    return;
  }
  entry.probes++;
  entry.deadline = timerWheel(sim.now, RETRANSMIT_US);
  knock(host, nic, ip, entry.deadline, sim);
  solicit(host, nic, ip, entry.mac, undefined, sim);
}

function setReachable(
  host: Host,
  nic: Nic,
  ip: Ip,
  entry: { mac: Mac } & Times,
  until: number,
  sim: Sim,
): void {
  const deadline = timerWheel(sim.now, until - sim.now);
  nic.neighbours.set(ip, { ...times(entry), state: "reachable", mac: entry.mac, deadline });
  knock(host, nic, ip, deadline, sim);
}

/** What an ARP packet says about its sender. */
export interface NeighbourNews {
  readonly ip: Ip;
  readonly mac: Mac;
  /** A reply to us makes the entry REACHABLE, anything else STALE. */
  readonly state: "reachable" | "stale";
  /** Gratuitous, or a question to us: heeded even within the first second (I53, I54). */
  readonly override: boolean;
}

/** Linux `neigh_update`. */
export function updateNeighbour(host: Host, nic: Nic, news: NeighbourNews, sim: Sim): void {
  const entry = nic.neighbours.get(news.ip);
  const about = { address: news.ip, mac: news.mac };
  if (entry?.state === "permanent") return sim.record(host, "drop.arp-permanent", about);
  const oldMac = entry !== undefined && "mac" in entry ? entry.mac : undefined;
  if (oldMac !== undefined && oldMac !== news.mac && !news.override) {
    if (entry !== undefined && sim.now - entry.updatedAt <= LOCK_US) {
      return sim.record(host, "drop.arp-locked", about);
    }
  }
  // A valid entry is not made STALE by hearing the same MAC again (I53).
  const keepsState = oldMac === news.mac && news.state === "stale";
  if (keepsState) return;
  const waiting = entry?.state === "incomplete" ? entry.waiting : [];
  setEntry(host, nic, news, entry, oldMac, sim);
  if (oldMac !== news.mac) recordChange(host, nic, news, oldMac, sim);
  for (const packet of waiting) sendToNeighbour(host, nic, news.ip, packet, sim);
}

function setEntry(
  host: Host,
  nic: Nic,
  news: NeighbourNews,
  old: Neighbour | undefined,
  oldMac: Mac | undefined,
  sim: Sim,
): void {
  const changed = old?.state !== news.state || oldMac !== news.mac;
  const reachable = news.state === "reachable";
  const entry = {
    mac: news.mac,
    updatedAt: changed ? sim.now : (old?.updatedAt ?? sim.now),
    usedAt: old?.usedAt ?? sim.now,
    confirmedAt: reachable ? sim.now : oldMac === news.mac ? (old?.confirmedAt ?? 0) : 0,
  };
  if (reachable) {
    setReachable(host, nic, news.ip, entry, sim.now + nic.reachableUs, sim);
  } else {
    nic.neighbours.set(news.ip, { ...entry, state: "stale" });
  }
}

function recordChange(
  host: Host,
  nic: Nic,
  news: NeighbourNews,
  from: Mac | undefined,
  sim: Sim,
): void {
  sim.record(host, "mark", {
    what: "arp-changed",
    nic: nic.name,
    address: news.ip,
    from,
    to: news.mac,
  });
}

/** Sends an ARP request, its sender address chosen by arp_announce (I47, I48). */
function solicit(
  host: Host,
  nic: Nic,
  target: Ip,
  destination: Mac,
  packetSource: Ip | undefined,
  sim: Sim,
): void {
  const senderIp = announcedSource(host, nic, target, packetSource);
  if (senderIp === undefined) return;
  sim.transmit(host, nic, {
    source: nic.mac,
    destination,
    payload: {
      protocol: "arp",
      operation: "request",
      senderMac: nic.mac,
      senderIp,
      targetMac: ZERO_MAC,
      targetIp: target,
    },
  });
}

function announcedSource(
  host: Host,
  nic: Nic,
  target: Ip,
  packetSource: Ip | undefined,
): Ip | undefined {
  const announce = sysctlMax(host, nic.name, "arp_announce");
  if (packetSource !== undefined && announce < 2 && isLocalAddress(host, packetSource)) {
    if (announce === 0 || sharesSubnet(nic, packetSource, target)) return packetSource;
  }
  return selectSource(host, nic, target);
}

/** Linux `inet_addr_onlink`: one subnet of the interface holds both. */
function sharesSubnet(nic: Nic, a: Ip, b: Ip): boolean {
  return nic.addresses.some(
    (own) => inSubnet(a, own.address, own.prefix) && inSubnet(b, own.address, own.prefix),
  );
}

/** Entries that learned their address vanish, and the packets that waited in them. */
export function flushNeighbours(host: Host, nic: Nic, sim: Sim, address?: Ip): void {
  for (const [ip, entry] of nic.neighbours) {
    if (entry.state === "permanent" || (address !== undefined && ip !== address)) continue;
    deleteNeighbour(host, nic, ip, sim);
  }
}

/** False when there was no such entry. */
export function deleteNeighbour(host: Host, nic: Nic, ip: Ip, sim: Sim): boolean {
  const entry = nic.neighbours.get(ip);
  if (entry?.state === "incomplete") {
    for (const { destination } of entry.waiting) {
      sim.record(host, "drop.neighbour-deleted", { destination });
    }
  }
  return nic.neighbours.delete(ip);
}

/** `ip neigh add`: what waited for an answer goes to the given address. */
export function setPermanent(host: Host, nic: Nic, ip: Ip, mac: Mac, sim: Sim): void {
  const old = nic.neighbours.get(ip);
  const times = { updatedAt: sim.now, usedAt: sim.now, confirmedAt: sim.now };
  nic.neighbours.set(ip, { state: "permanent", mac, ...times });
  if (old?.state !== "incomplete") return;
  for (const packet of old.waiting) sendToNeighbour(host, nic, ip, packet, sim);
}

interface Times {
  readonly updatedAt: number;
  readonly usedAt: number;
  readonly confirmedAt: number;
}

function times({ updatedAt, usedAt, confirmedAt }: Times): Times {
  return { updatedAt, usedAt, confirmedAt };
}

function knock(host: Host, nic: Nic, ip: Ip, deadline: number, sim: Sim): void {
  sim.alarm(host, deadline, "neighbour", `${nic.name} ${ip}`);
}
