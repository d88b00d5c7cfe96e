// The connection table: buckets that two copies of the world share until one of them writes.
// Connections never change; a new state is a new record. So a keyframe costs the list of buckets,
// and a packet one bucket at most.
import type { Ip } from "../wire/address.ts";
import type { ForwardingMethod } from "./state.ts";
import type { TcpStateName } from "./tcp-states.ts";

/** The kernel's table has 4096 buckets (I96); fewer and larger ones copy cheaper here. */
const BUCKETS = 1024;

export interface Connection {
  readonly key: string;
  readonly protocol: "tcp" | "udp";
  readonly client: Ip;
  readonly clientPort: number;
  readonly virtual: Ip;
  readonly virtualPort: number;
  /** Keys into the services and destinations; the destination may be gone (I133). */
  readonly service: string;
  readonly destination: string;
  readonly server: Ip;
  readonly serverPort: number;
  readonly method: ForwardingMethod;
  readonly state: TcpStateName | "UDP";
  /** Counted as active at its destination (I104). */
  readonly active: boolean;
  /** When it expires unless a packet comes, as `ipvsadm -Lnc` counts it down. */
  readonly deadline: number;
  /** When the kernel's timer really rings, somewhat later (I231). */
  readonly ringsAt: number;
  readonly packets: number;
}

export interface ConnectionTable {
  readonly kind: "connection-table";
  buckets: Map<string, Connection>[];
  /** 1 where this table owns the bucket and may write to it in place. */
  owned: Uint8Array;
  size: number;
}

export function emptyConnectionTable(): ConnectionTable {
  const buckets = Array.from({ length: BUCKETS }, () => NO_CONNECTIONS);
  return { kind: "connection-table", buckets, owned: new Uint8Array(BUCKETS), size: 0 };
}

/** Shared by every empty bucket; never written to, for nobody owns it. */
const NO_CONNECTIONS: Map<string, Connection> = new Map();

export function isConnectionTable(value: object): value is ConnectionTable {
  return "kind" in value && value.kind === "connection-table";
}

/** A copy that shares all buckets. The original, too, copies a bucket before it writes again. */
export function cloneConnectionTable(table: ConnectionTable): ConnectionTable {
  table.owned.fill(0);
  return { ...table, buckets: table.buckets.slice(), owned: new Uint8Array(BUCKETS) };
}

export function connectionKey(
  protocol: "tcp" | "udp",
  client: Ip,
  clientPort: number,
  virtual: Ip,
  virtualPort: number,
): string {
  return `${protocol} ${client}:${clientPort} ${virtual}:${virtualPort}`;
}

export function findConnection(table: ConnectionTable, key: string): Connection | undefined {
  return table.buckets[bucketOf(key)]?.get(key);
}

export function putConnection(table: ConnectionTable, connection: Connection): void {
  const bucket = ownBucket(table, bucketOf(connection.key));
  if (!bucket.has(connection.key)) table.size++;
  bucket.set(connection.key, connection);
}

export function dropConnection(table: ConnectionTable, key: string): void {
  if (ownBucket(table, bucketOf(key)).delete(key)) table.size--;
}

/** All connections, bucket by bucket, newest first within one (I96). */
export function* allConnections(table: ConnectionTable): Generator<Connection> {
  for (const bucket of table.buckets) yield* [...bucket.values()].reverse();
}

export function tableToList(table: ConnectionTable): Connection[] {
  return table.buckets.flatMap((bucket) => [...bucket.values()]);
}

export function tableFromList(connections: readonly Connection[]): ConnectionTable {
  const table = emptyConnectionTable();
  for (const connection of connections) putConnection(table, connection);
  return table;
}

function ownBucket(table: ConnectionTable, index: number): Map<string, Connection> {
  const bucket = table.buckets[index] ?? NO_CONNECTIONS;
  if (table.owned[index] === 1) return bucket;
  const copy = new Map(bucket);
  table.buckets[index] = copy;
  table.owned[index] = 1;
  return copy;
}

/** FNV-1a over the key. */
function bucketOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
