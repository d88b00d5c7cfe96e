import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatIp } from "./address.ts";
import { hex } from "./bytes.ts";
import { decodeFrame, encodeFrame, type Frame, frameLength } from "./ethernet.ts";
import type { IcmpMessage } from "./icmp.ts";
import { decodeIpv4, encodeIpv4, ipLength, type IpPayload, type Ipv4Packet } from "./ipv4.ts";
import { decodeTcp } from "./tcp.ts";
import { decodeUdp } from "./udp.ts";
import { decodeAuthenticatedVrrp, decodeVrrp, type VrrpAdvert } from "./vrrp.ts";

const octet = fc.integer({ min: 0, max: 0xff });
const word = fc.integer({ min: 0, max: 0xffff });
const longWord = fc.integer({ min: 0, max: 0xffffffff });
const ip = longWord.map(formatIp);
const mac = fc
  .array(octet, { minLength: 6, maxLength: 6 })
  .map((octets) => octets.map((value) => hex(value, 2)).join(":"));

function text(maxLength: number) {
  return fc.array(octet, { maxLength }).map((octets) => String.fromCharCode(...octets));
}

const arp = fc.record({
  protocol: fc.constant("arp" as const),
  operation: fc.constantFrom("request" as const, "reply" as const),
  senderMac: mac,
  senderIp: ip,
  targetMac: mac,
  targetIp: ip,
});

const tcp = fc.record({
  protocol: fc.constant("tcp" as const),
  sourcePort: word,
  destinationPort: word,
  sequence: longWord,
  acknowledgement: longWord,
  flags: fc.integer({ min: 0, max: 0x1f }),
  window: word,
  options: fc.record(
    {
      mss: word,
      windowScale: fc.integer({ min: 0, max: 14 }),
      sackPermitted: fc.constant(true),
      timestamps: fc.record({ value: longWord, echo: longWord }),
    },
    { requiredKeys: [] },
  ),
  data: text(700),
});

const udp = fc.record({
  protocol: fc.constant("udp" as const),
  sourcePort: word,
  destinationPort: word,
  data: text(700),
});

const igmp = fc.record({
  protocol: fc.constant("igmp" as const),
  records: fc.array(fc.record({ type: octet, group: ip }), { maxLength: 5 }),
});

const echo = fc.record({
  protocol: fc.constant("icmp" as const),
  type: fc.constantFrom("echo-request" as const, "echo-reply" as const),
  identifier: word,
  sequence: word,
  data: text(100),
});

const advertCommon = {
  protocol: fc.constant("vrrp" as const),
  virtualRouterId: octet,
  priority: octet,
  addresses: fc.array(ip, { maxLength: 6 }),
};

const authenticationHeader = fc.record({
  securityParameters: longWord,
  sequence: longWord,
  checkValue: fc
    .array(octet, { minLength: 12, maxLength: 12 })
    .map((o) => String.fromCharCode(...o)),
});

const vrrp: fc.Arbitrary<VrrpAdvert> = fc.oneof(
  fc.record({
    ...advertCommon,
    version: fc.constant(2 as const),
    authType: fc.constant(1),
    password: fc.stringMatching(/^[!-~]{0,8}$/),
    advertInterval: octet,
  }),
  fc.record({
    ...advertCommon,
    version: fc.constant(2 as const),
    authType: fc.constant(2),
    password: fc.constant(""),
    advertInterval: octet,
    authenticationHeader,
  }),
  fc.record({
    ...advertCommon,
    version: fc.constant(3 as const),
    authType: fc.constant(0),
    password: fc.constant(""),
    advertInterval: fc.integer({ min: 0, max: 0xfff }),
  }),
);

function packetWith(payload: fc.Arbitrary<IpPayload>): fc.Arbitrary<Ipv4Packet> {
  return fc.record({
    protocol: fc.constant("ipv4" as const),
    source: ip,
    destination: ip,
    ttl: octet,
    tos: octet,
    id: word,
    dontFragment: fc.boolean(),
    payload,
  });
}

const plainPacket = packetWith(fc.oneof(tcp, udp, igmp, echo, vrrp));

function errorWith(quoted: fc.Arbitrary<Ipv4Packet>): fc.Arbitrary<IcmpMessage> {
  const protocol = fc.constant("icmp" as const);
  return fc.oneof(
    fc.record({
      protocol,
      type: fc.constant("unreachable" as const),
      code: fc.integer({ min: 0, max: 3 }),
      quoted,
    }),
    fc.record({
      protocol,
      type: fc.constant("unreachable" as const),
      code: fc.constant(4),
      mtu: word,
      quoted,
    }),
    fc.record({ protocol, type: fc.constant("redirect" as const), gateway: ip, quoted }),
    fc.record({ protocol, type: fc.constant("time-exceeded" as const), quoted }),
  );
}

const anyPacket = fc.oneof(
  plainPacket,
  packetWith(plainPacket),
  packetWith(errorWith(fc.oneof(plainPacket, packetWith(plainPacket)))),
);

const frame: fc.Arbitrary<Frame> = fc.record({
  source: mac,
  destination: mac,
  payload: fc.oneof({ weight: 1, arbitrary: arp }, { weight: 6, arbitrary: anyPacket }),
});

/** Some of a packet quoted beyond 548 bytes is lost on the wire, so it cannot come back whole. */
function comesBackWhole({ payload }: Frame): boolean {
  if (payload.protocol === "arp" || !("quoted" in payload.payload)) return true;
  return ipLength(payload.payload.quoted) <= 548;
}

test("every frame comes back as it was, and its length is known before", () => {
  fc.assert(
    fc.property(frame, (sent) => {
      const bytes = encodeFrame(sent);
      expect(bytes.length).toBe(frameLength(sent));
      if (comesBackWhole(sent)) expect(decodeFrame(bytes)).toEqual({ frame: sent });
    }),
    { numRuns: 400 },
  );
});

test("padding to 60 bytes is not part of the frame", () => {
  fc.assert(
    fc.property(frame.filter(comesBackWhole), (sent) => {
      const padded = new Uint8Array(Math.max(60, frameLength(sent)));
      padded.set(encodeFrame(sent));
      expect(decodeFrame(padded)).toEqual({ frame: sent });
    }),
  );
});

/** Either a frame that stays the same through the wire, or an error at a place among the bytes. */
function expectFrameOrError(bytes: Uint8Array): void {
  const decoded = decodeFrame(bytes);
  if ("error" in decoded) {
    expect(decoded.error).not.toBe("");
    expect(decoded.at).toBeGreaterThanOrEqual(0);
    expect(decoded.at).toBeLessThanOrEqual(bytes.length);
  } else {
    expect(decodeFrame(encodeFrame(decoded.frame))).toEqual(decoded);
  }
}

describe("no bytes make the decoders throw", () => {
  test("frames cut short", () => {
    fc.assert(
      fc.property(frame, fc.nat(), (sent, cut) => {
        const bytes = encodeFrame(sent);
        expectFrameOrError(bytes.slice(0, cut % bytes.length));
      }),
    );
  });

  test("frames with some bytes changed", () => {
    const changes = fc.array(fc.tuple(fc.nat(), octet), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(frame, changes, (sent, spoiled) => {
        const bytes = encodeFrame(sent);
        for (const [at, value] of spoiled) bytes[at % bytes.length] = value;
        expectFrameOrError(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  test("noise behind a right EtherType", () => {
    const noise = fc.uint8Array({ minLength: 14, maxLength: 120 });
    fc.assert(
      fc.property(noise, fc.constantFrom(0x00, 0x06), fc.boolean(), (bytes, type, isIpv4) => {
        bytes.set([0x08, type], 12);
        if (isIpv4 && bytes.length > 14) bytes[14] = 0x45;
        expectFrameOrError(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  test("noise within a quote, where no checksum guards", () => {
    const decoders = [decodeTcp, decodeUdp, decodeVrrp, decodeAuthenticatedVrrp];
    const carrier = { source: "10.0.0.1", destination: "10.0.0.2", quoted: true };
    const noise = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(noise, fc.constantFrom(...decoders), (bytes, decode) => {
        expect(decode(bytes, 0, bytes.length, carrier)).toBeTypeOf("object");
      }),
      { numRuns: 2000 },
    );
  });
});

const SYN_PACKET: Ipv4Packet = {
  protocol: "ipv4",
  source: "192.168.88.2",
  destination: "192.168.88.100",
  ttl: 64,
  tos: 0,
  id: 1,
  dontFragment: true,
  payload: {
    protocol: "tcp",
    sourcePort: 40000,
    destinationPort: 80,
    sequence: 1,
    acknowledgement: 0,
    flags: 2,
    window: 64240,
    options: { mss: 1460 },
    data: "",
  },
};

const SYN_FRAME: Frame = {
  source: "02:00:00:00:58:02",
  destination: "02:00:00:00:58:08",
  payload: SYN_PACKET,
};

test.each([
  { spoil: { 12: 0x86, 13: 0xdd }, at: 12, error: "unknown EtherType 0x86dd" },
  { spoil: { 14: 0x65 }, at: 14, error: "IP version 6" },
  { spoil: { 14: 0x4f }, at: 14, error: "IPv4 header of 60 bytes in a packet of 44" },
  { spoil: { 22: 63 }, at: 24, error: /^IPv4 header checksum is 0x\w{4}, should be 0x\w{4}$/ },
  { spoil: { 37: 81 }, at: 50, error: /^TCP checksum is/ },
])("an error tells what is wrong and where: $error", ({ spoil, at, error }) => {
  const bytes = encodeFrame(SYN_FRAME);
  for (const [place, value] of Object.entries(spoil)) bytes[Number(place)] = value;
  expect(decodeFrame(bytes)).toEqual({
    at,
    error: typeof error === "string" ? error : expect.stringMatching(error),
  });
});

test("a report of one group is 40 bytes of IP, 4 of them the router alert", () => {
  const records = [{ type: 4, group: "224.0.0.18" }];
  const report: Ipv4Packet = { ...SYN_PACKET, payload: { protocol: "igmp", records } };
  expect(ipLength(report)).toBe(40);
  expect([...encodeIpv4(report).subarray(20, 24)]).toEqual([0x94, 0x04, 0, 0]);
});

test("a tunnel in a tunnel in a tunnel and so on comes to an end", () => {
  let packet = SYN_PACKET;
  for (let depth = 0; depth < 20; depth++) packet = { ...packet, payload: packet };
  const bytes = encodeIpv4(packet);
  expect(decodeIpv4(bytes, 0, bytes.length)).toMatchObject({
    error: "too many headers within headers",
  });
});
