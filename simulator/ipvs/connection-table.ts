// The connection table: a list of buckets that two copies of the world share until one of them
// writes. Connections never change; a new state is a new record. So a keyframe costs nothing, the
// first packet after it the list of buckets, and any packet one bucket at most.
import type { Ip } from "../wire/address.ts";
import type { ForwardingMethod } from "./state.ts";
import type { TcpStateName } from "./tcp-states.ts";

/** The kernel's table has 4096 buckets (I96); fewer and larger ones copy cheaper here. */
const BUCKETS = 1024;

export interface Connection {
  readonly key: string;
  /** "ip" for a firewall mark's template (I113). */
  readonly protocol: "tcp" | "udp" | "ip";
  readonly client: Ip;
  readonly clientPort: number;
  readonly virtual: Ip;
  readonly virtualPort: number;
  /** Keys into the services and destinations; the destination may be gone (I133) or UNBOUND. */
  readonly service: string;
  readonly destination: string;
  readonly server: Ip;
  readonly serverPort: number;
  readonly method: ForwardingMethod;
  readonly state: TcpStateName | "UDP" | "ASSURED";
  /** Counted as active at its destination (I104). */
  readonly active: boolean;
  /** When it expires unless a packet comes, as `ipvsadm -Lnc` counts it down. */
  readonly deadline: number;
  /** When the kernel's timer really rings, somewhat later (I231). */
  readonly ringsAt: number;
  /** The alarm that counts; any other that rings is an old one. */
  readonly alarmAt: number;
  readonly packets: number;
  /** Replies were seen: the director tells both directions apart from then on (I100). */
  readonly outputSeen: boolean;
  /** A persistence template: client masked, port 0 (I110). */
  readonly isTemplate: boolean;
  /** Seconds that a template's timer is set to; 60 once it ran out in use (I112). */
  readonly timeout: number;
  /** Connections that this template controls now. */
  readonly controls: number;
  /** Key of the template that controls this connection. */
  readonly template: string | undefined;
  /** Came from the sync daemon of another director (I148). */
  readonly synced: boolean;
  /** The end that other directors were last told of; 0 before (I147). */
  readonly toldUntil: number;
}

export interface ConnectionTable {
  readonly kind: "connection-table";
  buckets: Map<string, Connection>[];
  /** 1 where this table owns the bucket and may write to it; undefined while the list is shared. */
  owned: Uint8Array | undefined;
  size: number;
  /** How many of them are found by their server's reply, too: NAT's. */
  replies: number;
}

export function emptyConnectionTable(): ConnectionTable {
  return {
    kind: "connection-table",
    buckets: EMPTY_BUCKETS,
    owned: undefined,
    size: 0,
    replies: 0,
  };
}

/** Shared by every empty bucket and every empty table; never written to, for nobody owns them. */
const NO_CONNECTIONS: Map<string, Connection> = new Map();
const EMPTY_BUCKETS = Array.from({ length: BUCKETS }, () => NO_CONNECTIONS);

export function isConnectionTable(value: object): value is ConnectionTable {
  return "kind" in value && value.kind === "connection-table";
}

/** A copy that shares everything. The original, too, copies before it writes again. */
export function cloneConnectionTable(table: ConnectionTable): ConnectionTable {
  table.owned = undefined;
  return { ...table };
}

export function connectionKey(
  protocol: Connection["protocol"],
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

/** A connection by a server's reply to it: NAT only (I26). */
export function findByReply(
  table: ConnectionTable,
  protocol: "tcp" | "udp",
  server: Ip,
  serverPort: number,
  client: Ip,
  clientPort: number,
): Connection | undefined {
  if (table.replies === 0) return undefined;
  return findConnection(table, replyKey(protocol, server, serverPort, client, clientPort));
}

export function putConnection(table: ConnectionTable, connection: Connection): void {
  const bucket = ownBucket(table, bucketOf(connection.key));
  if (!bucket.has(connection.key)) table.size++;
  bucket.set(connection.key, connection);
  const reply = replyKeyOf(connection);
  if (reply === undefined) return;
  const byReply = ownBucket(table, bucketOf(reply));
  if (!byReply.has(reply)) table.replies++;
  byReply.set(reply, connection);
}

export function dropConnection(table: ConnectionTable, key: string): void {
  const bucket = ownBucket(table, bucketOf(key));
  const connection = bucket.get(key);
  if (connection === undefined) return;
  bucket.delete(key);
  table.size--;
  const reply = replyKeyOf(connection);
  if (reply !== undefined && ownBucket(table, bucketOf(reply)).delete(reply)) table.replies--;
}

/** The second place of a NAT connection: what its server's packets look like. */
function replyKeyOf(connection: Connection): string | undefined {
  const { method, isTemplate, protocol, server, serverPort, client, clientPort } = connection;
  if (method !== "masq" || isTemplate || protocol === "ip") return undefined;
  return replyKey(protocol, server, serverPort, client, clientPort);
}

function replyKey(
  protocol: "tcp" | "udp",
  server: Ip,
  serverPort: number,
  client: Ip,
  clientPort: number,
): string {
  return `${protocol} reply ${server}:${serverPort} ${client}:${clientPort}`;
}

/** All connections, bucket by bucket, newest first within one (I96). */
export function* allConnections(table: ConnectionTable): Generator<Connection> {
  for (const bucket of table.buckets) yield* own(bucket).reverse();
}

export function tableToList(table: ConnectionTable): Connection[] {
  return table.buckets.flatMap(own);
}

/** The connections of a bucket, without those that stand there by their reply's key. */
function own(bucket: ReadonlyMap<string, Connection>): Connection[] {
  return [...bucket].filter(([key, { key: first }]) => key === first).map(([, each]) => each);
}

export function tableFromList(connections: readonly Connection[]): ConnectionTable {
  const table = emptyConnectionTable();
  for (const connection of connections) putConnection(table, connection);
  return table;
}

function ownBucket(table: ConnectionTable, index: number): Map<string, Connection> {
  const bucket = table.buckets[index] ?? NO_CONNECTIONS;
  if (table.owned?.[index] === 1) return bucket;
  const copy = new Map(bucket);
  if (table.owned === undefined) {
    table.buckets = table.buckets.slice();
    table.owned = new Uint8Array(BUCKETS);
  }
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
