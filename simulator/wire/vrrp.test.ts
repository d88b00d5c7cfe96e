import { expect, test } from "vitest";
import { hex } from "./bytes.ts";
import { decodeVrrp, encodeVrrp, type VrrpAdvert, vrrpChecksum } from "./vrrp.ts";

const SPEC: VrrpAdvert = {
  protocol: "vrrp",
  version: 2,
  virtualRouterId: 51,
  priority: 100,
  authType: 1,
  password: "1111",
  advertInterval: 1,
  addresses: ["10.9.0.100"],
};

const ARTICLE: VrrpAdvert = {
  ...SPEC,
  virtualRouterId: 18,
  password: "123456",
  addresses: ["192.168.88.100"],
};

function wordsOf(bytes: Uint8Array): string {
  const digits = [...bytes].map((byte) => hex(byte, 2)).join("");
  return digits.match(/.{4}/g)?.join(" ") ?? "";
}

test("version 2 with two addresses, byte for byte (K5)", () => {
  const addresses = ["10.9.0.100", "10.9.0.101"];
  const bytes = encodeVrrp({ ...SPEC, password: "123456", addresses }, "10.9.0.1", "224.0.0.18");
  expect(wordsOf(bytes)).toBe("2133 6402 0101 cb51 0a09 0064 0a09 0065 3132 3334 3536 0000");
});

test("version 3, byte for byte (K7)", () => {
  const advert = { ...SPEC, version: 3, authType: 0, password: "", advertInterval: 100 } as const;
  const bytes = encodeVrrp(advert, "10.9.0.1", "224.0.0.18");
  expect(wordsOf(bytes)).toBe("3133 6401 0064 7561 0a09 0064");
});

test.each([
  { what: "K5, priority 100", advert: SPEC, checksum: 0x0cfb },
  { what: "K5, priority 0", advert: { ...SPEC, priority: 0 }, checksum: 0x70fb },
  { what: "README VRRP 4, priority 100", advert: ARTICLE, checksum: 0xc741 },
  { what: "README VRRP 4, priority 99", advert: { ...ARTICLE, priority: 99 }, checksum: 0xc841 },
  { what: "README VRRP 4, priority 0", advert: { ...ARTICLE, priority: 0 }, checksum: 0x2b42 },
])("checksum: $what", ({ advert, checksum }) => {
  expect(hex(vrrpChecksum(advert, "192.168.88.8", "224.0.0.18"), 4)).toBe(hex(checksum, 4));
});

test("a password is cut to 8 bytes, and stays at home unless it is the simple kind (K3, K4)", () => {
  const carrier = { source: "10.9.0.1", destination: "224.0.0.18", quoted: false };
  const send = (advert: VrrpAdvert) => {
    const bytes = encodeVrrp(advert, carrier.source, carrier.destination);
    return decodeVrrp(bytes, 0, bytes.length, carrier);
  };
  expect(send({ ...SPEC, password: "1234567890" })).toEqual({ ...SPEC, password: "12345678" });
  expect(send({ ...SPEC, authType: 2 })).toEqual({ ...SPEC, authType: 2, password: "" });
});
