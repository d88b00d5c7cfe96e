// What the charts draw, read off the trace as it grows: which server each new connection was given,
// where the weights would have put it, and how many connections each director's table counts.
import type { Timeline, TraceEntry, World } from "#sim/index.ts";

/** A new connection, as a director gave it to a server. */
export interface Pick {
  readonly at: number;
  readonly director: string;
  readonly server: string;
  /** What the weights of that moment would give each server of this one connection; sums to 1. */
  readonly fair: ReadonlyMap<string, number>;
}

/** How many connections one server has in one service of one director, from each change on. */
export interface Counts {
  readonly director: string;
  readonly service: string;
  /** The host's name. */
  readonly server: string;
  readonly at: number[];
  readonly active: number[];
  readonly inactive: number[];
  /** Whether the table has this server. */
  readonly listed: boolean[];
}

export interface Charts {
  /** Names of the servers that were ever in a table, in the order of the hosts. */
  readonly servers: string[];
  readonly picks: Pick[];
  /** By "director|service|address:port". */
  readonly counts: Map<string, Counts>;
}

export interface ChartReader {
  charts: Charts;
  /** How far the trace has been read, and which trace it was. */
  entries: number;
  cuts: number;
  readonly names: ReadonlyMap<string, string>;
  readonly order: readonly string[];
  /** The weights in each service's table now, by "director|service" and "address:port". */
  pools: Map<string, Map<string, number>>;
  /** What the weights give, until they change. */
  fair: Map<string, ReadonlyMap<string, number>>;
}

/** A reader of the charts of a timeline that began with the world `start`. */
export function beginCharts(start: World): ChartReader {
  const names = new Map<string, string>();
  for (const host of start.hosts.values()) {
    for (const nic of host.nics.values()) {
      if (nic.network === undefined) continue;
      for (const { address } of nic.addresses) {
        if (!names.has(address)) names.set(address, host.name);
      }
    }
  }
  const order = [...start.hosts.keys()];
  const empty = { entries: 0, cuts: 0, names, order };
  const reader = { ...empty, charts: emptyCharts(), pools: new Map(), fair: new Map() };
  readStart(reader, start);
  return reader;
}

function emptyCharts(): Charts {
  return { servers: [], picks: [], counts: new Map() };
}

/**
 * Reads at most `limit` entries of what has been run since; true when nothing is left to read. After
 * a fork it reads anew.
 */
export function readCharts(
  reader: ChartReader,
  { trace }: Timeline,
  start: World,
  limit = Infinity,
): boolean {
  if (reader.cuts !== trace.cuts) {
    const fresh = beginCharts(start);
    Object.assign(reader, fresh, { cuts: trace.cuts });
  }
  const until = Math.min(trace.entries.length, reader.entries + limit);
  for (; reader.entries < until; reader.entries++) {
    const entry = trace.entries[reader.entries];
    if (entry !== undefined) readEntry(reader, entry);
  }
  return until === trace.entries.length;
}

function readStart(reader: ChartReader, start: World): void {
  for (const host of start.hosts.values()) {
    for (const service of host.ipvs.services.values()) {
      for (const { address, port, weight, active, inactive } of service.destinations) {
        const server = `${address}:${port}`;
        weigh(reader, host.name, service.key, server, weight);
        const counts = countsOf(reader, host.name, service.key, server);
        put(counts, start.now, active, inactive, true);
      }
    }
  }
}

function readEntry(reader: ChartReader, { at, host, code, fields }: TraceEntry): void {
  const service = String(fields["service"]);
  const address = String(fields["server"]);
  const [active, inactive] = [Number(fields["active"]), Number(fields["inactive"])];
  if (code === "ipvs.counts") {
    const counts = countsOf(reader, host, service, address);
    put(counts, at, active, inactive, true);
    if (fields["opened"] !== true) return;
    const { server } = counts;
    reader.charts.picks.push({ at, director: host, server, fair: fairOf(reader, host, service) });
  } else if (code === "ipvs.service-deleted") {
    clear(reader, at, host, service);
  } else if (code === "mark") {
    const what = fields["what"];
    if (what === "server-added") {
      put(countsOf(reader, host, service, address), at, active, inactive, true);
    }
    if (what === "server-removed") put(countsOf(reader, host, service, address), at, 0, 0, false);
    if (what === "server-added" || what === "server-weight") {
      weigh(reader, host, service, address, Number(fields["weight"]));
    } else if (what === "server-removed") weigh(reader, host, service, address, undefined);
    // Without power the table is gone.
    else if (what === "power" && fields["on"] === false) clear(reader, at, host);
  }
}

function weigh(
  { pools, fair }: ChartReader,
  director: string,
  service: string,
  address: string,
  weight: number | undefined,
): void {
  const key = `${director}|${service}`;
  const pool = pools.get(key) ?? new Map<string, number>();
  pools.set(key, pool);
  if (weight === undefined) pool.delete(address);
  else pool.set(address, weight);
  fair.delete(key);
}

/** All of a director's servers, or those of one service, leave the table. */
function clear(reader: ChartReader, at: number, director: string, service?: string): void {
  for (const counts of reader.charts.counts.values()) {
    if (counts.director !== director || (service ?? counts.service) !== counts.service) continue;
    if (counts.listed.at(-1) === true) put(counts, at, 0, 0, false);
    const key = `${director}|${counts.service}`;
    reader.pools.delete(key);
    reader.fair.delete(key);
  }
}

function countsOf(reader: ChartReader, director: string, service: string, address: string): Counts {
  const { counts, servers } = reader.charts;
  const key = `${director}|${service}|${address}`;
  const known = counts.get(key);
  if (known !== undefined) return known;
  const server = nameOf(reader, address);
  const fresh = { director, service, server, at: [], active: [], inactive: [], listed: [] };
  counts.set(key, fresh);
  if (!servers.includes(server)) {
    const place = (name: string): number => reader.order.indexOf(name) + 1 || Infinity;
    const after = servers.findIndex((each) => place(each) > place(server));
    servers.splice(after < 0 ? servers.length : after, 0, server);
  }
  return fresh;
}

/** The host behind "address:port"; the address itself where no host has it. */
function nameOf({ names }: ChartReader, server: string): string {
  const address = server.slice(0, server.lastIndexOf(":"));
  return names.get(address) ?? address;
}

/** Of several changes at one moment the last one counts. */
function put(counts: Counts, at: number, active: number, inactive: number, listed: boolean): void {
  const index = counts.at.at(-1) === at ? counts.at.length - 1 : counts.at.length;
  counts.at[index] = at;
  counts.active[index] = active;
  counts.inactive[index] = inactive;
  counts.listed[index] = listed;
}

function fairOf(
  reader: ChartReader,
  director: string,
  service: string,
): ReadonlyMap<string, number> {
  const key = `${director}|${service}`;
  const known = reader.fair.get(key);
  if (known !== undefined) return known;
  const pool = reader.pools.get(key) ?? new Map<string, number>();
  const sum = [...pool.values()].reduce((total, weight) => total + weight, 0);
  const found = new Map<string, number>();
  for (const [address, weight] of pool) {
    const name = nameOf(reader, address);
    found.set(name, (found.get(name) ?? 0) + (sum === 0 ? 0 : weight / sum));
  }
  reader.fair.set(key, found);
  return found;
}
