// The schedulers that remember which server an address went to: lblc one server for each
// destination address, lblcr a set of them (I86, I87). Made for caches; with one virtual address
// there is one entry.
import type { Ip } from "../../wire/address.ts";
import type { Destination, Service } from "../state.ts";
import { wlc } from "./least-connection.ts";
import { type About, isAvailable, leastLoaded, overhead, type Scheduler } from "./scheduler.ts";

const MINUTE_US = 60_000_000;
const DAY_US = 24 * 60 * MINUTE_US;
const FEW = 16_384;
const IDLE_US = 6 * MINUTE_US;

export interface LocalityEntry {
  /** Keys of servers, newest first; lblc has one. */
  readonly servers: readonly string[];
  readonly usedAt: number;
  readonly changedAt: number;
}

export const lblc: Scheduler = {
  choose(service, about) {
    const entry = freshEntry(service, about);
    const known = entry === undefined ? undefined : find(service, entry.servers[0]);
    if (known !== undefined && isAvailable(known) && !isCrowded(known, service)) {
      remember(service, about, [known.key], entry?.changedAt);
      return known;
    }
    const chosen = wlc.choose(service, about);
    if (chosen !== undefined) remember(service, about, [chosen.key], about.now);
    return chosen;
  },
};

export const lblcr: Scheduler = {
  choose(service, about) {
    const entry = freshEntry(service, about);
    if (entry === undefined) {
      const chosen = wlc.choose(service, about);
      if (chosen !== undefined) remember(service, about, [chosen.key], about.now);
      return chosen;
    }
    const kept = shrink(service, entry, about.now);
    const members = kept.servers.map((key) => find(service, key)).filter((e) => e !== undefined);
    const least = leastLoaded(members, overhead, ({ weight }) => weight);
    if (least !== undefined && !isCrowded(least, service)) {
      remember(service, about, kept.servers, kept.changedAt);
      return least;
    }
    const chosen = wlc.choose(service, about);
    if (chosen === undefined) return undefined;
    const isNew = !kept.servers.includes(chosen.key);
    const servers = isNew ? [chosen.key, ...kept.servers] : kept.servers;
    remember(service, about, servers, isNew ? about.now : kept.changedAt);
    return chosen;
  },
};

/** More connections than its weight, while another has less than half of its own. */
function isCrowded({ active, weight }: Destination, { destinations }: Service): boolean {
  return active > weight && destinations.some((each) => each.active * 2 < each.weight);
}

/** A set that was not changed for a day loses its most loaded member (I87). */
function shrink(service: Service, entry: LocalityEntry, now: number): LocalityEntry {
  if (entry.servers.length < 2 || now - entry.changedAt < DAY_US) return entry;
  let most: Destination | undefined;
  for (const key of entry.servers) {
    const each = find(service, key);
    if (each === undefined) continue;
    if (most === undefined || load(each) > load(most)) most = each;
  }
  return { ...entry, servers: entry.servers.filter((key) => key !== most?.key), changedAt: now };
}

function load(destination: Destination): number {
  return overhead(destination) / Math.max(1, destination.weight);
}

function find({ destinations }: Service, key: string | undefined): Destination | undefined {
  return destinations.find((each) => each.key === key);
}

/** Idle entries go after a day; after six minutes when there are very many (I86). */
function freshEntry({ memory }: Service, { virtual, now }: About): LocalityEntry | undefined {
  const entry = memory.cache?.get(virtual);
  if (entry === undefined) return undefined;
  const limit = (memory.cache?.size ?? 0) > FEW ? IDLE_US : DAY_US;
  return now - entry.usedAt < limit ? entry : undefined;
}

function remember(
  { memory }: Service,
  { virtual, now }: About,
  servers: readonly string[],
  changedAt: number | undefined,
): void {
  memory.cache ??= new Map<Ip, LocalityEntry>();
  const entry = { servers, usedAt: now, changedAt: changedAt ?? now };
  memory.cache.set(virtual, Object.freeze(entry));
}
