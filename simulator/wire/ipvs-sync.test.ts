import fc from "fast-check";
import { expect, test } from "vitest";
import { hex } from "./bytes.ts";
import {
  decodeSync,
  encodeSync,
  SYNC_MAXIMUM,
  SYNC_RECORDS,
  type SyncRecord,
} from "./ipvs-sync.ts";

const number16 = fc.integer({ min: 0, max: 0xffff });
const number32 = fc.integer({ min: 0, max: 0xffffffff });
const ip = fc
  .tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 255 })))
  .map((octets) => octets.join("."));
const record: fc.Arbitrary<SyncRecord> = fc.record({
  protocol: fc.constantFrom(6, 17),
  flags: number32,
  state: number16,
  clientPort: number16,
  virtualPort: number16,
  serverPort: number16,
  mark: number32,
  timeout: number32,
  client: ip,
  virtual: ip,
  server: ip,
});
const message = fc.record({
  syncId: fc.integer({ min: 0, max: 255 }),
  records: fc.array(record, { maxLength: SYNC_RECORDS }),
});

const ONE: SyncRecord = {
  protocol: 6,
  flags: 0x103,
  state: 1,
  clientPort: 40000,
  virtualPort: 80,
  serverPort: 80,
  mark: 0,
  timeout: 900,
  client: "192.168.88.2",
  virtual: "192.168.88.100",
  server: "192.168.88.10",
};

test("a message with one connection, byte for byte (I143)", () => {
  const bytes = [...encodeSync({ syncId: 18, records: [ONE] })].map((c) => c.charCodeAt(0));
  const digits = bytes.map((byte) => hex(byte, 2)).join("");
  expect(digits.match(/.{8}/g)).toEqual([
    "0012002c",
    "01010000",
    "00060024",
    "00000103",
    "00019c40",
    "00500050",
    "00000000",
    "00000384",
    "c0a85802",
    "c0a85864",
    "c0a8580a",
  ]);
});

test("what is read is what was written", () => {
  fc.assert(
    fc.property(message, (sent) => {
      const data = encodeSync(sent);
      expect(data.length).toBeLessThanOrEqual(SYNC_MAXIMUM);
      expect(decodeSync(data)).toEqual(sent);
    }),
  );
});

test("a cut message is refused whole", () => {
  const data = encodeSync({ syncId: 1, records: [ONE, ONE] });
  for (let length = 0; length < data.length; length++) {
    expect(decodeSync(data.slice(0, length)), String(length)).toBeUndefined();
  }
});

test("any bytes at all are read or refused, never thrown at", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      decodeSync(String.fromCharCode(...bytes));
      bytes[2] = bytes.length >> 8;
      bytes[3] = bytes.length;
      bytes[5] = 1;
      decodeSync(String.fromCharCode(...bytes));
    }),
  );
});
