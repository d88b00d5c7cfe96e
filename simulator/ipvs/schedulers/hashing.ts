// The schedulers that hash an address: dh the destination's, sh the source's, mh the source's over
// Maglev's table (I81-I85).
import { ipNumber } from "../../wire/address.ts";
import type { Destination, Service } from "../state.ts";
import { type About, isAvailable, type Scheduler } from "./scheduler.ts";
import { MAGLEV_SIZE, maglevHash, maglevTable } from "./maglev.ts";

const BUCKETS = 256;
/** The golden ratio's 32 bits, as the kernel's hash_32 has it. */
const GOLDEN_RATIO = 0x61c88647;

/** Every bucket an element of the list in turn, whatever its weight (I81). */
export const dh: Scheduler = {
  choose(service, { virtual }) {
    const table = tableOf(service, () =>
      Array.from({ length: BUCKETS }, (_, i) => service.destinations[i % count(service)]?.key),
    );
    return available(service, table[bucket(ipNumber(virtual))]);
  },
  update: forget,
};

/** As many consecutive buckets as its weight, at least one (I82). */
export const sh: Scheduler = {
  choose(service, about) {
    const table = tableOf(service, () => weightedTable(service.destinations));
    const first = bucket(sourceNumber(service, about, "sh-port"));
    const found = available(service, table[first]);
    if (found !== undefined || !service.flags.includes("sh-fallback")) return found;
    for (let offset = 0; offset < BUCKETS; offset++) {
      const turned = (offset + first) % BUCKETS;
      const port = service.flags.includes("sh-port") ? about.sourcePort : 0;
      const other = bucket(ipNumber(about.source) + port + turned);
      const candidate = available(service, table[other]);
      if (candidate !== undefined) return candidate;
    }
    return undefined;
  },
  update: forget,
};

/** Maglev: a change of servers moves few sources (I84). */
export const mh: Scheduler = {
  choose(service, about) {
    const table = tableOf(service, () => maglevTable(service.destinations));
    const number = sourceNumber(service, about, "mh-port");
    const first = maglevHash(number) % MAGLEV_SIZE;
    const found = available(service, table[first]);
    if (found !== undefined || !service.flags.includes("mh-fallback")) return found;
    for (let offset = 0; offset < MAGLEV_SIZE; offset++) {
      const turned = (offset + first) % MAGLEV_SIZE;
      const other = maglevHash((number + turned) >>> 0) % MAGLEV_SIZE;
      const candidate = available(service, table[other]);
      if (candidate !== undefined) return candidate;
    }
    return undefined;
  },
  update: forget,
};

function sourceNumber({ flags }: Service, { source, sourcePort }: About, flag: string): number {
  return (ipNumber(source) + (flags.includes(flag) ? sourcePort : 0)) >>> 0;
}

function bucket(number: number): number {
  return Math.imul(number >>> 0, GOLDEN_RATIO) >>> 24;
}

function weightedTable(destinations: readonly Destination[]): (string | undefined)[] {
  const table: (string | undefined)[] = [];
  for (let at = 0; table.length < BUCKETS && destinations.length > 0; at++) {
    const destination = destinations[at % destinations.length];
    const times = Math.max(1, destination?.weight ?? 1);
    for (let i = 0; i < times && table.length < BUCKETS; i++) table.push(destination?.key);
  }
  return table;
}

/** Made once, kept until the servers change. */
function tableOf(
  { memory }: Service,
  make: () => readonly (string | undefined)[],
): readonly (string | undefined)[] {
  memory.table ??= Object.freeze(make());
  return memory.table;
}

function forget({ memory }: Service): void {
  memory.table = undefined;
}

function available({ destinations }: Service, key: string | undefined): Destination | undefined {
  const found = destinations.find((each) => each.key === key);
  return found !== undefined && isAvailable(found) ? found : undefined;
}

function count({ destinations }: Service): number {
  return Math.max(1, destinations.length);
}
