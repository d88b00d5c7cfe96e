// The score: what happened, by lane, on one time axis. It is read off the trace as it grows, so that
// a long session costs no more a frame than a short one; a fork makes it read anew.
import { stateOf } from "./cluster.ts";
import { clusterOf, type ClusterView, type VrrpState } from "./cluster.ts";
import type { Timeline, TraceEntry, World } from "#sim/index.ts";

export interface Span<T> {
  readonly from: number;
  /** Infinity while nothing has ended it. */
  to: number;
  readonly value: T;
}

export interface Ask {
  readonly key: string;
  readonly client: string;
  readonly at: number;
  result: "answered" | "timed-out" | "refused" | "open";
  /** What answered: a page that is the server's own address. */
  server: string;
  until: number;
}

/** One VRRP instance on one director. */
export interface DirectorLane {
  readonly host: string;
  readonly instance: string;
  readonly states: Span<VrrpState | "stopped">[];
  readonly waits: { at: number; deadline: number }[];
}

export interface Advert {
  readonly at: number;
  readonly from: string;
  readonly routerId: number;
  readonly heard: readonly string[];
  readonly frame: number;
}

/** Something done to the cluster, or that befell it. */
export interface Event {
  readonly at: number;
  readonly host: string;
  readonly what: string;
  readonly on: boolean;
}

export interface Score {
  readonly directors: DirectorLane[];
  /** Who held which floating address, by "host address". */
  readonly holders: Map<string, Span<string>[]>;
  /** A server's weight in a director's table, by "director service address". */
  readonly pools: Map<string, Span<number>[]>;
  readonly adverts: Advert[];
  readonly announcements: { at: number; from: string; address: string }[];
  readonly events: Event[];
  readonly asks: Ask[];
}

export interface ScoreReader {
  score: Score;
  /** How far the trace has been read, and which trace it was. */
  entries: number;
  frames: number;
  cuts: number;
  readonly open: Map<string, Ask>;
}

/** A reader of the score of a timeline that began with the world `start`. */
export function beginScore(start: World): ScoreReader {
  return {
    score: emptyScore(clusterOf(start), start),
    entries: 0,
    frames: 0,
    cuts: 0,
    open: new Map(),
  };
}

function emptyScore(cluster: ClusterView, start: World): Score {
  const score: Score = {
    directors: [],
    holders: new Map(),
    pools: new Map(),
    adverts: [],
    announcements: [],
    events: [],
    asks: [],
  };
  const from = start.now;
  for (const host of cluster.hosts) {
    if (host.role !== "director") continue;
    for (const { name, state, since, deadline } of host.instances) {
      const lane = laneOf(score, host.name, name);
      lane.states.push({ from: since, to: Infinity, value: state });
      if (deadline !== undefined) lane.waits.push({ at: from, deadline });
    }
    if (stateOf(host) === undefined) laneOf(score, host.name, "");
    for (const vip of host.holds) open(score.holders, `${host.name} ${vip}`, from, vip);
    for (const service of start.hosts.get(host.name)?.ipvs.services.values() ?? []) {
      for (const { address, weight } of service.destinations) {
        open(score.pools, `${host.name} ${service.key} ${address}`, from, weight);
      }
    }
  }
  return score;
}

/** Reads what has been run since; gives the score. */
export function readScore(reader: ScoreReader, timeline: Timeline, start: World): Score {
  const { trace } = timeline;
  if (reader.cuts !== trace.cuts) {
    reader.score = emptyScore(clusterOf(start), start);
    reader.entries = 0;
    reader.frames = 0;
    reader.cuts = trace.cuts;
    reader.open.clear();
  }
  for (; reader.entries < trace.entries.length; reader.entries++) {
    const entry = trace.entries[reader.entries];
    if (entry?.code === "mark") readMark(reader, entry);
  }
  // A frame's receivers are known a little after it was sent.
  const settled = timeline.end - 1_000;
  for (; reader.frames < trace.frames.length; reader.frames++) {
    const record = trace.frames[reader.frames];
    if (record === undefined || record.at > settled) break;
    const { at, id, from, frame, deliveries } = record;
    const { payload } = frame;
    if (payload.protocol === "arp") {
      const { senderIp: address, targetIp } = payload;
      if (address === targetIp) reader.score.announcements.push({ at, from, address });
    } else if (payload.payload.protocol === "vrrp") {
      const heard = deliveries.map(({ host }) => host);
      const routerId = payload.payload.virtualRouterId;
      reader.score.adverts.push({ at, from, routerId, heard, frame: id });
    }
  }
  return reader.score;
}

function laneOf(score: Score, host: string, instance: string): DirectorLane {
  const own = score.directors.filter((each) => each.host === host);
  const known = own.find((each) => each.instance === instance || each.instance === "");
  if (known?.instance === instance) return known;
  const lane: DirectorLane = { host, instance, states: known?.states ?? [], waits: [] };
  if (known === undefined) {
    // Lanes of one director stay together, in the order of the hosts.
    const after = score.directors.findLastIndex((each) => each.host === host);
    score.directors.splice(after < 0 ? score.directors.length : after + 1, 0, lane);
  } else {
    score.directors[score.directors.indexOf(known)] = lane;
  }
  return lane;
}

function open<T>(lanes: Map<string, Span<T>[]>, key: string, from: number, value: T): void {
  const spans = lanes.get(key) ?? [];
  close(lanes, key, from);
  spans.push({ from, to: Infinity, value });
  lanes.set(key, spans);
}

function close<T>(lanes: Map<string, Span<T>[]>, key: string, at: number): void {
  const last = lanes.get(key)?.at(-1);
  if (last?.to === Infinity) last.to = at;
}

const EVENTS = ["carrier", "power", "service", "crash", "freeze", "thaw", "web-server"];

function readMark(reader: ScoreReader, entry: TraceEntry): void {
  const { score } = reader;
  const { at, host, fields } = entry;
  const what = String(fields["what"]);
  const text = (name: string): string => String(fields[name] ?? "");
  switch (what) {
    case "vrrp-state": {
      const { states } = laneOf(score, host, text("instance"));
      endState(states, at);
      states.push({ from: at, to: Infinity, value: text("state") as VrrpState });
      break;
    }
    case "vrrp-timer":
      laneOf(score, host, text("instance")).waits.push({
        at,
        deadline: Number(fields["deadline"]),
      });
      break;
    case "address-added":
      if (fields["nic"] !== "lo") {
        open(score.holders, `${host} ${text("address")}`, at, text("address"));
      }
      break;
    case "address-removed":
      if (fields["nic"] !== "lo") close(score.holders, `${host} ${text("address")}`, at);
      break;
    case "server-added":
    case "server-weight":
    case "server-removed":
      readPool(score, entry, what);
      break;
    case "request":
    case "answered":
    case "timed-out":
    case "refused":
      readAsk(reader, entry, what);
      break;
    default:
      if (EVENTS.includes(what)) readEvent(score, entry, what);
  }
}

function readPool(score: Score, { at, host, fields }: TraceEntry, what: string): void {
  const server = String(fields["server"]);
  const address = server.slice(0, server.lastIndexOf(":"));
  const key = `${host} ${String(fields["service"])} ${address}`;
  if (what === "server-removed") return close(score.pools, key, at);
  open(score.pools, key, at, Number(fields["weight"] ?? 1));
}

function readAsk(
  { score, open: asked }: ScoreReader,
  { at, host, fields }: TraceEntry,
  what: "request" | Exclude<Ask["result"], "open">,
): void {
  const key = `${host} ${String(fields["pid"])} ${String(fields["n"])}`;
  if (what === "request") {
    const ask: Ask = { key, client: host, at, result: "open", server: "", until: at };
    asked.set(key, ask);
    score.asks.push(ask);
    return;
  }
  const ask = asked.get(key);
  if (ask === undefined) return;
  asked.delete(key);
  ask.result = what;
  ask.server = String(fields["server"] ?? "");
  ask.until = at;
}

function readEvent(score: Score, { at, host, fields }: TraceEntry, what: string): void {
  const on = fields["up"] === true || fields["on"] === true || what === "thaw";
  score.events.push({ at, host, what, on });
  const isEnd = what === "crash" || ((what === "power" || what === "service") && !on);
  if (!isEnd) return;
  for (const lane of score.directors) {
    if (lane.host !== host) continue;
    endState(lane.states, at);
    lane.states.push({ from: at, to: Infinity, value: "stopped" });
  }
  if (what !== "power") return;
  for (const key of [...score.holders.keys(), ...score.pools.keys()]) {
    if (!key.startsWith(`${host} `)) continue;
    close(score.holders, key, at);
    close(score.pools, key, at);
  }
}

function endState(states: Span<unknown>[], at: number): void {
  const last = states.at(-1);
  if (last?.to === Infinity) last.to = at;
}

/** Whether a request's result was known by `now`. */
export function resultAt(ask: Ask, now: number): Ask["result"] {
  return ask.until <= now ? ask.result : "open";
}

export interface Outage {
  readonly from: number;
  readonly to: number;
  readonly over: boolean;
  /** Requests lost in it. */
  readonly lost: number;
}

/** The stretch without an answer that `now` lies in or has behind it: from the first lost request. */
export function outageOf(asks: readonly Ask[], now: number): Outage | undefined {
  return outagesOf(asks, now).at(-1);
}

/** All stretches without an answer up to `now`. */
export function outagesOf(asks: readonly Ask[], now: number): Outage[] {
  const found: Outage[] = [];
  let from: number | undefined;
  let lost = 0;
  for (const ask of asks) {
    if (ask.at > now) break;
    const answered = ask.result === "answered";
    // A request on its way counts as lost only once the one before it was.
    const isLost = !answered && (ask.result !== "open" || from !== undefined);
    if (isLost) {
      if (from === undefined) lost = 0;
      else found.pop();
      from ??= ask.at;
      found.push({ from, to: now, over: false, lost: ++lost });
    }
    if (answered && from !== undefined) {
      found.pop();
      found.push({ from, to: Math.min(ask.until, now), over: ask.until <= now, lost });
      from = undefined;
    }
  }
  return found;
}

/** Those that lie within [from, to]; the list is ordered by `at`. */
export function within<T extends { readonly at: number }>(
  list: readonly T[],
  from: number,
  to: number,
): readonly T[] {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.at ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < list.length && (list[end]?.at ?? 0) <= to) end++;
  return list.slice(low, end);
}
