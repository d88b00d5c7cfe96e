// The message in which one director tells another of its connections (I141-I144): a header of eight
// bytes, then 36 for each IPv4 connection. Left out: options (sequence numbers, persistence engines).
import {
  readIp,
  readUint16,
  readUint32,
  readUint8,
  writeIp,
  writeUint16,
  writeUint32,
} from "./bytes.ts";
import type { Ip } from "./address.ts";

export const SYNC_PORT = 8848;
export const SYNC_GROUP: Ip = "224.0.0.81";
/** No message is longer (I143). */
export const SYNC_MAXIMUM = 1472;
const HEADER = 8;
const RECORD = 36;
const VERSION = 1;
export const SYNC_RECORDS = Math.floor((SYNC_MAXIMUM - HEADER) / RECORD);

export interface SyncRecord {
  /** Protocol number: 6 TCP, 17 UDP. */
  readonly protocol: number;
  readonly flags: number;
  readonly state: number;
  readonly clientPort: number;
  readonly virtualPort: number;
  readonly serverPort: number;
  readonly mark: number;
  /** Seconds that the entry lives without a packet. */
  readonly timeout: number;
  readonly client: Ip;
  readonly virtual: Ip;
  readonly server: Ip;
}

export interface SyncMessage {
  readonly syncId: number;
  readonly records: readonly SyncRecord[];
}

/** As a datagram's data: one character a byte. */
export function encodeSync({ syncId, records }: SyncMessage): string {
  const bytes = new Uint8Array(HEADER + RECORD * records.length);
  bytes[1] = syncId;
  writeUint16(bytes, 2, bytes.length);
  bytes[4] = records.length;
  bytes[5] = VERSION;
  for (const [index, each] of records.entries()) {
    const at = HEADER + RECORD * index;
    bytes[at + 1] = each.protocol;
    writeUint16(bytes, at + 2, RECORD);
    writeUint32(bytes, at + 4, each.flags);
    writeUint16(bytes, at + 8, each.state);
    writeUint16(bytes, at + 10, each.clientPort);
    writeUint16(bytes, at + 12, each.virtualPort);
    writeUint16(bytes, at + 14, each.serverPort);
    writeUint32(bytes, at + 16, each.mark);
    writeUint32(bytes, at + 20, each.timeout);
    writeIp(bytes, at + 24, each.client);
    writeIp(bytes, at + 28, each.virtual);
    writeIp(bytes, at + 32, each.server);
  }
  return String.fromCharCode(...bytes);
}

/** Undefined for anything that is no such message; a cut one is refused whole. */
export function decodeSync(data: string): SyncMessage | undefined {
  const bytes = Uint8Array.from(data, (character) => character.charCodeAt(0));
  if (bytes.length < HEADER || readUint16(bytes, 2) !== bytes.length) return undefined;
  if (readUint8(bytes, 5) !== VERSION) return undefined;
  const count = readUint8(bytes, 4);
  const records: SyncRecord[] = [];
  let at = HEADER;
  for (let index = 0; index < count; index++) {
    if (at + RECORD > bytes.length) return undefined;
    // The upper four bits are the record's version, the rest its size.
    const size = readUint16(bytes, at + 2) & 0x0fff;
    if (size < RECORD || at + size > bytes.length) return undefined;
    records.push(readRecord(bytes, at));
    at += size;
  }
  return { syncId: readUint8(bytes, 1), records };
}

function readRecord(bytes: Uint8Array, at: number): SyncRecord {
  return {
    protocol: readUint8(bytes, at + 1),
    flags: readUint32(bytes, at + 4),
    state: readUint16(bytes, at + 8),
    clientPort: readUint16(bytes, at + 10),
    virtualPort: readUint16(bytes, at + 12),
    serverPort: readUint16(bytes, at + 14),
    mark: readUint32(bytes, at + 16),
    timeout: readUint32(bytes, at + 20),
    client: readIp(bytes, at + 24),
    virtual: readIp(bytes, at + 28),
    server: readIp(bytes, at + 32),
  };
}
