// The sync daemon's message: two records as one real director sent them to another.
import { expect, test } from "vitest";
import { decodeSync, encodeSync } from "./ipvs-sync.ts";

const HEADER = "0012005002010000";
const ESTABLISHED = "0006002400000083" + "0001a2ea00500050" + "0000000000000384";
const FIN_WAIT = "0006002400000183" + "0004a2ea00500050" + "0000000000000078";
const ENDS = "c0a85802c0a85864c0a8580b";

function data(hex: string): string {
  return String.fromCharCode(...(hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)));
}

const BYTES = data(HEADER + ESTABLISHED + ENDS + FIN_WAIT + ENDS);

test("a recorded message is read and written back byte for byte (I143, I144)", () => {
  const message = decodeSync(BYTES);
  expect(message?.syncId).toBe(18);
  expect(message?.records).toHaveLength(2);
  expect(message?.records[1]).toEqual({
    protocol: 6,
    flags: 0x183,
    state: 4,
    clientPort: 41706,
    virtualPort: 80,
    serverPort: 80,
    mark: 0,
    timeout: 120,
    client: "192.168.88.2",
    virtual: "192.168.88.100",
    server: "192.168.88.11",
  });
  if (message !== undefined) expect(encodeSync(message)).toBe(BYTES);
});

test("a cut message, a wrong size and the old version are refused", () => {
  expect(decodeSync(BYTES.slice(0, -1))).toBeUndefined();
  expect(decodeSync("")).toBeUndefined();
  expect(decodeSync(data("0012000801010000"))).toBeUndefined();
  expect(decodeSync(data("0012000800000000"))).toBeUndefined();
});
