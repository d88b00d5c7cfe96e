// Where the lanes of the score stand, from top to bottom: each director, each server, each client.
import type { ClusterView } from "./cluster.ts";
import type { Score } from "./score.ts";

export interface Lane {
  readonly kind: "director" | "server" | "client";
  readonly key: string;
  readonly host: string;
  readonly instance: string;
  readonly label: string;
  readonly y: number;
  readonly height: number;
}

const GAP = { director: 22, server: 7, client: 42 } as const;
/** More where labels stand above the lanes, so that they clear what hangs below the lane before. */
const STACKED = { director: 18, server: 12, client: 12 } as const;
/** Between two clients, for the gap that is measured below the first. */
const BETWEEN_CLIENTS = 14;
const HEIGHT = { director: 26, waiting: 46, server: 12, client: 14 } as const;

interface LaneOptions {
  readonly top: number;
  /** Labels stand above the lanes, not beside them. */
  readonly isStacked: boolean;
  readonly hasServers: boolean;
}

/** Seconds between two figures on the axis, at so many units of width a second. */
export function tickEvery(pace: number): number {
  return [1, 2, 5, 10].find((each) => each * pace >= 44) ?? 20;
}

/** `waits` says whose lane carries a sawtooth and needs its height. */
export function lanesOf(
  cluster: ClusterView,
  score: Score,
  waits: (host: string, instance: string) => boolean,
  { top, isStacked, hasServers }: LaneOptions,
): { lanes: Lane[]; height: number } {
  const lanes: Lane[] = [];
  let y = top;
  const add = (lane: Omit<Lane, "y" | "height" | "key">, height: number): void => {
    lanes.push({ ...lane, key: `${lane.kind} ${lane.host} ${lane.instance}`, y, height });
    y += height + GAP[lane.kind] + (isStacked ? STACKED[lane.kind] : 0);
  };
  const several = (host: string): boolean =>
    score.directors.filter((each) => each.host === host).length > 1;
  for (const { host, instance } of score.directors) {
    const label = several(host) ? `${host} ${instance}` : host;
    const height = waits(host, instance) ? HEIGHT.waiting : HEIGHT.director;
    add({ kind: "director", host, instance, label }, height);
  }
  for (const { name, role, pool } of cluster.hosts) {
    if (!hasServers || role !== "node" || pool === undefined) continue;
    add({ kind: "server", host: name, instance: "", label: name }, HEIGHT.server);
  }
  y += 8;
  const asking = new Set(score.asks.map(({ client }) => client));
  for (const { name, role } of cluster.hosts) {
    if (role !== "client" && !asking.has(name)) continue;
    if (lanes.at(-1)?.kind === "client") y += BETWEEN_CLIENTS;
    add({ kind: "client", host: name, instance: "", label: name }, HEIGHT.client);
  }
  return { lanes, height: y };
}
