import { expect, test } from "vitest";
import { checksumError, internetChecksum, pseudoHeaderSum } from "./checksum.ts";

test.each([
  // The example of RFC 1071 section 3: the words add up to 0xddf2.
  { bytes: [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7], initial: 0, checksum: 0x220d },
  { bytes: [], initial: 0, checksum: 0xffff },
  { bytes: [0x12], initial: 0, checksum: 0xedff },
  { bytes: [0xff, 0xff, 0x00, 0x01], initial: 0, checksum: 0xfffe },
  { bytes: [0x00, 0x01], initial: 0x1ffff, checksum: 0xfffd },
])("checksum of $bytes", ({ bytes, initial, checksum }) => {
  expect(internetChecksum(Uint8Array.from(bytes), 0, bytes.length, initial)).toBe(checksum);
});

test("a pseudo header sums both addresses, the protocol and the length", () => {
  const sum = 0x0a09 + 0x0001 + 0xe000 + 0x0012 + 112 + 12;
  expect(pseudoHeaderSum("10.9.0.1", "224.0.0.18", 112, 12)).toBe(sum);
});

test("a wrong checksum is named beside the right one", () => {
  const bytes = Uint8Array.from([0x00, 0x01, 0xbe, 0xef]);
  expect(checksumError(bytes, { start: 0, end: 4, at: 2 }, "ICMP")).toEqual({
    error: "ICMP checksum is 0xbeef, should be 0xfffe",
    at: 2,
  });
  const right = Uint8Array.from([0x00, 0x01, 0xff, 0xfe]);
  expect(checksumError(right, { start: 0, end: 4, at: 2 }, "ICMP")).toBeUndefined();
});
