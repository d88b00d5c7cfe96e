// The figures of a run, each counted from what the simulator did, and how two runs differ in them.
import { virtualAddresses } from "#sim/editing.ts";
import type { FrameRecord } from "#sim/index.ts";
import { clusterOf } from "../../instrument/cluster.ts";
import { twoOwnersOf } from "../../instrument/owners.ts";
import { type Ask, outagesOf, resultAt, type Score } from "../../instrument/score.ts";
import type { Run } from "./run.ts";

/** Times in microseconds, all else counts. */
export interface Figures {
  /** What the client that had it worst waited in vain, in all; and its longest stretch. */
  readonly withoutUs: number;
  readonly longestUs: number;
  readonly answered: number;
  readonly refused: number;
  /** Requests that nothing came back for. */
  readonly lost: number;
  /** Answers by the host that gave them, every server of the scenario named. */
  readonly servers: ReadonlyMap<string, number>;
  /** Servers that the client with the most variety met. */
  readonly serversMet: number;
  /** A floating address was on no director's card; on two at once. */
  readonly nobodyUs: number;
  readonly twoOwnersUs: number;
  /** How often a floating address went to another director. */
  readonly moves: number;
  readonly adverts: number;
  readonly arpFrames: number;
  /** Machines that said, asked for a floating address, that it is theirs. */
  readonly arpVoices: number;
  /** TCP segments that directors sent: requests passed on, and under NAT the replies too. */
  readonly passedOn: number;
}

export function figuresOf({ score, timeline, start, begin, end }: Run): Figures {
  const { vips, hosts } = clusterOf(start, virtualAddresses);
  const directors = new Map(
    hosts
      .filter(({ role }) => role === "director")
      .map(({ name, nics }) => [name, nics.map(({ address }) => address)]),
  );
  const clients = [...groupsOf(score.asks, ({ client }) => client).values()];
  const outages = clients.map((asks) => outagesOf(asks, end).map(({ from, to }) => to - from));
  const totals = outages.map((stretches) => stretches.reduce((sum, each) => sum + each, 0));
  const frames = timeline.trace.frames.filter(({ at }) => at >= begin && at <= end);
  const count = (result: Ask["result"]): number =>
    score.asks.filter((ask) => resultAt(ask, end) === result).length;
  return {
    withoutUs: Math.max(0, ...totals),
    longestUs: Math.max(0, ...outages.flat()),
    answered: count("answered"),
    refused: count("refused"),
    lost: count("timed-out"),
    servers: answersByServer({ score, start, end }),
    serversMet: Math.max(0, ...clients.map((asks) => metBy(asks, end))),
    nobodyUs: nobodyOf(score, begin, end),
    twoOwnersUs: twoOwnersOf(score, end).reduce((sum, { from, to }) => sum + to - from, 0),
    moves: movesOf(score, end),
    adverts: score.adverts.filter(({ at }) => at <= end).length,
    arpFrames: frames.filter(({ frame }) => frame.payload.protocol === "arp").length,
    arpVoices: new Set(frames.flatMap((record) => voiceOf(record, new Set(vips)))).size,
    passedOn: frames.filter((record) => isPassedOn(record, directors)).length,
  };
}

function answersByServer({ score, start, end }: Pick<Run, "score" | "start" | "end">) {
  const names = namesOf(start);
  const answers = new Map<string, number>();
  for (const { name, role } of start.hosts.values()) {
    if (role === "node") answers.set(name, 0);
  }
  for (const ask of score.asks) {
    if (resultAt(ask, end) !== "answered") continue;
    const name = names.get(ask.server) ?? ask.server;
    answers.set(name, (answers.get(name) ?? 0) + 1);
  }
  return answers;
}

/** Hosts by address: a page says its server's. */
function namesOf(start: Run["start"]): Map<string, string> {
  const { hosts } = clusterOf(start, virtualAddresses);
  return new Map(
    hosts.flatMap(({ name, nics }) => nics.map(({ address }) => [address, name] as const)),
  );
}

function metBy(asks: readonly Ask[], end: number): number {
  const answered = asks.filter((ask) => resultAt(ask, end) === "answered");
  return new Set(answered.map(({ server }) => server)).size;
}

/** Each address apart, from the first moment that a director has it. */
function nobodyOf({ holders }: Score, begin: number, end: number): number {
  let total = 0;
  for (const spans of spansByAddress(holders).values()) {
    let covered = spans[0]?.from ?? end;
    for (const { from, to } of spans) {
      if (from > covered) total += Math.min(from, end) - Math.max(covered, begin);
      covered = Math.max(covered, Math.min(to, end));
    }
    total += Math.max(0, end - covered);
  }
  return total;
}

function movesOf({ holders }: Score, end: number): number {
  return [...spansByAddress(holders).values()]
    .map((spans) => spans.filter(({ from }) => from <= end))
    .reduce((sum, spans) => {
      const moves = spans.filter(
        (each, index) => index > 0 && each.host !== spans[index - 1]?.host,
      );
      return sum + moves.length;
    }, 0);
}

function spansByAddress(holders: Score["holders"]) {
  const all = [...holders].flatMap(([key, spans]) =>
    spans.map((span) => ({ ...span, host: key.slice(0, key.indexOf(" ")) })),
  );
  all.sort((a, b) => a.from - b.from);
  return groupsOf(all, ({ value }) => value);
}

function groupsOf<T>(list: readonly T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list) {
    const group = groups.get(keyOf(each));
    if (group === undefined) groups.set(keyOf(each), [each]);
    else group.push(each);
  }
  return groups;
}

/** The machine that answers with a floating address as its own; a question is no answer. */
function voiceOf({ frame: { payload } }: FrameRecord, vips: ReadonlySet<string>): string[] {
  if (payload.protocol !== "arp" || payload.operation !== "reply") return [];
  const { senderIp, targetIp, senderMac } = payload;
  // Gratuitous: said to everyone, not asked for.
  return vips.has(senderIp) && senderIp !== targetIp ? [senderMac] : [];
}

/** Sent by a director, and not for itself as its health checks are. */
function isPassedOn(
  { from, frame: { payload } }: FrameRecord,
  directors: ReadonlyMap<string, readonly string[]>,
): boolean {
  const own = directors.get(from);
  if (own === undefined || payload.protocol === "arp") return false;
  const inner = payload.payload.protocol === "ipv4" ? payload.payload : payload;
  return inner.payload.protocol === "tcp" && !own.includes(inner.source);
}

/** A figure in both runs, as a table writes it. */
export interface FigureRow {
  readonly key: keyof Omit<Figures, "servers"> | "server";
  /** The host, in the row of a server. */
  readonly host?: string;
  readonly unit: "time" | "count";
  readonly a: number;
  readonly b: number;
}

const TIMES = ["withoutUs", "longestUs", "nobodyUs", "twoOwnersUs"] as const;
const COUNTS = [
  "answered",
  "refused",
  "lost",
  "serversMet",
  "moves",
  "arpVoices",
  "passedOn",
  "adverts",
  "arpFrames",
] as const;

/** Times are told to a tenth of a second: what differs by less is alike. */
const TELLING_US = 50_000;

export function rowsOf(a: Figures, b: Figures): FigureRow[] {
  const hosts = [...new Set([...a.servers.keys(), ...b.servers.keys()])];
  return [
    ...TIMES.map((key): FigureRow => ({ key, unit: "time", a: a[key], b: b[key] })),
    ...hosts.map((host): FigureRow => {
      const [ofA, ofB] = [a.servers.get(host) ?? 0, b.servers.get(host) ?? 0];
      return { key: "server", host, unit: "count", a: ofA, b: ofB };
    }),
    ...COUNTS.map((key): FigureRow => ({ key, unit: "count", a: a[key], b: b[key] })),
  ];
}

export function isTelling({ unit, a, b }: FigureRow): boolean {
  return unit === "time" ? Math.abs(a - b) >= TELLING_US : a !== b;
}

/** One answer: whose run, from which host, and when the question was asked. */
export interface Given {
  readonly run: "A" | "B";
  readonly host: string;
  readonly at: number;
}

export function givenIn(run: Given["run"], { score, start, end }: Run): Given[] {
  const names = namesOf(start);
  return score.asks
    .filter((ask) => resultAt(ask, end) === "answered")
    .map(({ server, at }) => ({ run, host: names.get(server) ?? server, at }));
}

/** Answers so far, at each moment at which either run got one; and at both ends. */
export interface Tally {
  readonly at: number;
  readonly a: number;
  readonly b: number;
}

export function tallyOf(a: Run, b: Run): Tally[] {
  const timesOf = ({ score, end }: Run): number[] =>
    score.asks
      .filter((ask) => resultAt(ask, end) === "answered")
      .map(({ until }) => until)
      .sort((one, other) => one - other);
  const [ofA, ofB] = [timesOf(a), timesOf(b)];
  const moments = new Set([a.begin, ...ofA, ...ofB, a.end]);
  let [i, j] = [0, 0];
  return [...moments]
    .sort((one, other) => one - other)
    .map((at) => {
      while (i < ofA.length && (ofA[i] ?? 0) <= at) i++;
      while (j < ofB.length && (ofB[j] ?? 0) <= at) j++;
      return { at, a: i, b: j };
    });
}
