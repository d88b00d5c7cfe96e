// What a figure needs to know of (world, trace, now): who is what, who holds the address, what the
// client got. Pure functions; drawings and sentences are made from these.
import {
  masterDownUs,
  type Timeline,
  type TraceEntry,
  vrrpInstances,
  type World,
} from "#sim/index.ts";

export const VIP = "192.168.88.100";
export const DIRECTORS = ["keepalived", "keepalived-backup"] as const;
export const SERVERS = ["node-1", "node-2"] as const;
export const CLIENT = "client";

export type DirectorState = "MASTER" | "BACKUP" | "FAULT" | "INIT";

export interface DirectorView {
  readonly name: string;
  readonly address: string;
  readonly mac: string;
  readonly priority: number;
  readonly state: DirectorState;
  readonly holds: boolean;
  readonly plugged: boolean;
  readonly powered: boolean;
  /** How long it waits in silence before it takes over, and the advert's interval; microseconds. */
  readonly waitUs: number;
  readonly intervalUs: number;
  /** When its silence runs out, while it is BACKUP; microseconds. */
  readonly deadline: number | undefined;
}

export function directorView(world: World, name: string): DirectorView {
  const host = world.hosts.get(name);
  const nic = host?.nics.get("eth1");
  const process = [...(host?.processes.values() ?? [])].find(
    (each) => each.program === "keepalived-vrrp",
  );
  const [instance] = vrrpInstances(host?.processes.values() ?? []);
  const state = instance?.state ?? "INIT";
  const own = nic?.addresses.find(({ address }) => address !== VIP);
  return {
    name,
    address: own?.address ?? "",
    mac: nic?.mac ?? "",
    priority: instance?.priority ?? 0,
    state,
    holds: nic?.addresses.some(({ address }) => address === VIP) ?? false,
    plugged: nic?.carrier ?? false,
    powered: host?.powered ?? false,
    waitUs: instance === undefined ? 0 : masterDownUs(instance),
    intervalUs: instance?.config.advertIntervalUs ?? 0,
    deadline: state === "BACKUP" ? process?.timers.get(`vrrp ${instance?.name}`) : undefined,
  };
}

/** Which machine the client believes the address to be at. */
export function clientBelief(world: World): { mac: string; host: string } | undefined {
  const entry = world.hosts.get(CLIENT)?.nics.get("eth1")?.neighbours.get(VIP);
  if (entry === undefined || !("mac" in entry)) return undefined;
  const { mac } = entry;
  for (const host of world.hosts.values()) {
    if (host.nics.get("eth1")?.mac === mac) return { mac, host: host.name };
  }
  return { mac, host: "" };
}

export interface Span<T> {
  readonly from: number;
  /** Up to the edge of what is known when nothing has ended it. */
  to: number;
  readonly value: T;
}

export interface Ask {
  readonly at: number;
  readonly result: "answered" | "timed-out" | "refused" | "open";
  readonly server: string;
  /** When the result was known. */
  readonly until: number;
}

/** The score: everything that happened, on one time axis. */
export interface Score {
  readonly states: ReadonlyMap<string, readonly Span<DirectorState>[]>;
  readonly holders: ReadonlyMap<string, readonly Span<true>[]>;
  /** Each setting of a director's waiting timer. */
  readonly waits: ReadonlyMap<string, readonly { at: number; deadline: number }[]>;
  readonly adverts: readonly { at: number; from: string; heard: readonly string[] }[];
  readonly announcements: readonly { at: number; from: string }[];
  readonly carrier: readonly { at: number; host: string; up: boolean }[];
  readonly asks: readonly Ask[];
}

/** Reads the trace of a timeline that began with the world `start`. */
export function scoreOf(timeline: Timeline, start: World): Score {
  const { trace, end } = timeline;
  const states = new Map<string, Span<DirectorState>[]>();
  const holders = new Map<string, Span<true>[]>();
  const waits = new Map<string, { at: number; deadline: number }[]>();
  for (const name of DIRECTORS) {
    const view = directorView(start, name);
    states.set(name, [{ from: start.now, to: end, value: view.state }]);
    holders.set(name, view.holds ? [{ from: start.now, to: end, value: true }] : []);
    waits.set(
      name,
      view.deadline === undefined ? [] : [{ at: start.now, deadline: view.deadline }],
    );
  }
  const carrier: { at: number; host: string; up: boolean }[] = [];
  const asks = new Map<number, Ask>();
  for (const entry of trace.entries) {
    if (entry.code !== "mark") continue;
    markState(entry, end, states, holders, waits);
    if (entry.fields["what"] === "carrier") {
      carrier.push({ at: entry.at, host: entry.host, up: entry.fields["up"] === true });
    }
    markAsk(entry, asks);
  }
  return { states, holders, waits, carrier, asks: [...asks.values()], ...framesOf(timeline) };
}

function markState(
  entry: TraceEntry,
  end: number,
  states: Map<string, Span<DirectorState>[]>,
  holders: Map<string, Span<true>[]>,
  waits: Map<string, { at: number; deadline: number }[]>,
): void {
  const { at, host, fields } = entry;
  const what = fields["what"];
  if (what === "vrrp-state") {
    const spans = states.get(host) ?? [];
    const last = spans.at(-1);
    if (last !== undefined) last.to = at;
    spans.push({ from: at, to: end, value: fields["state"] as DirectorState });
  } else if (what === "vrrp-timer") {
    waits.get(host)?.push({ at, deadline: Number(fields["deadline"]) });
  } else if (fields["address"] === VIP && what === "address-added") {
    holders.get(host)?.push({ from: at, to: end, value: true });
  } else if (fields["address"] === VIP && what === "address-removed") {
    const last = holders.get(host)?.at(-1);
    if (last !== undefined) last.to = at;
  }
}

function markAsk({ at, fields }: TraceEntry, asks: Map<number, Ask>): void {
  const n = Number(fields["n"]);
  const what = fields["what"];
  if (what === "request") asks.set(n, { at, result: "open", server: "", until: at });
  if (what !== "answered" && what !== "timed-out" && what !== "refused") return;
  const asked = asks.get(n);
  if (asked === undefined) return;
  asks.set(n, { ...asked, result: what, server: String(fields["server"] ?? ""), until: at });
}

function framesOf({ trace }: Timeline): Pick<Score, "adverts" | "announcements"> {
  const adverts: { at: number; from: string; heard: readonly string[] }[] = [];
  const announcements: { at: number; from: string }[] = [];
  for (const { at, from, frame, deliveries } of trace.frames) {
    const { payload } = frame;
    if (payload.protocol === "arp") {
      if (payload.senderIp === payload.targetIp) announcements.push({ at, from });
    } else if (payload.payload.protocol === "vrrp") {
      adverts.push({ at, from, heard: deliveries.map(({ host }) => host) });
    }
  }
  return { adverts, announcements };
}

/** The stretch without an answer that `now` lies in or has behind it: from the first lost request. */
export function outageOf(
  asks: readonly Ask[],
  now: number,
): { from: number; to: number; over: boolean } | undefined {
  let from: number | undefined;
  let last: { from: number; to: number; over: boolean } | undefined;
  for (const ask of asks) {
    if (ask.at > now) break;
    const answered = ask.result === "answered";
    // A request on its way counts as lost only once the one before it was.
    const lost = !answered && (ask.result !== "open" || from !== undefined);
    if (lost) from ??= ask.at;
    if (lost && from !== undefined) last = { from, to: now, over: false };
    if (answered && from !== undefined) {
      last = { from, to: Math.min(ask.until, now), over: ask.until <= now };
      from = undefined;
    }
  }
  return last;
}

/** Seconds with three decimals, as every time that names an event is written. */
export function secondsText(us: number, decimals = 3): string {
  return (us / 1_000_000).toFixed(decimals);
}

/** "…58:08" of 02:00:00:00:58:08. */
export function shortMac(mac: string): string {
  return `…${mac.slice(-5)}`;
}
