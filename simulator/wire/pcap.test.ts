import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { type CapturedPacket, decodePcap, encodePcap } from "./pcap.ts";
import type { RecordedFrame } from "./recorded.ts";
import otherFrames from "./recorded-frames.json" with { type: "json" };
import { tcpdumpLine } from "./summary.ts";
import { frameOfRecorded } from "./test-frames.ts";

/** 2026-11-23 02:43:24 UTC. */
const START_US = 1_795_401_804_000_000;

const packets: readonly CapturedPacket[] = otherFrames.map(({ frame }, i) => ({
  atUs: START_US + i * 1_000_003,
  frame: frameOfRecorded(frame as RecordedFrame),
}));

test("the file header: microseconds, version 2.4, Ethernet", () => {
  const header = [...encodePcap([])].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  expect(header).toBe("d4c3b2a1" + "02000400" + "00000000" + "00000000" + "00000400" + "01000000");
});

test("frames come back with their times", () => {
  expect(decodePcap(encodePcap(packets))).toEqual({ packets });
});

test.each([
  { what: "too short a file", spoil: (b: Uint8Array) => b.slice(0, 10), at: 10 },
  { what: "another kind of file", spoil: (b: Uint8Array) => b.fill(0, 0, 4), at: 0 },
  { what: "another link", spoil: (b: Uint8Array) => b.fill(9, 20, 21), at: 20 },
  { what: "half a packet header", spoil: (b: Uint8Array) => b.slice(0, 30), at: 30 },
  { what: "half a packet", spoil: (b: Uint8Array) => b.slice(0, 60), at: 60 },
  { what: "a packet not whole", spoil: (b: Uint8Array) => b.fill(9, 36, 37), at: 32 },
  { what: "no frame of ours", spoil: (b: Uint8Array) => b.fill(9, 52, 54), at: 52 },
])("$what is an error with its place", ({ spoil, at }) => {
  const bytes = spoil(encodePcap(packets));
  expect(decodePcap(bytes)).toEqual({ error: expect.any(String), at });
});

const RECORDED_VERSION = "4.99.3";
const TCPDUMP = "tcpdump";
const version = spawnSync(TCPDUMP, ["--version"], { encoding: "utf8" });
const found = /tcpdump version (\S+)/.exec(`${version.stdout}${version.stderr}`)?.[1];
const skipReason = found === RECORDED_VERSION ? "" : `needs tcpdump ${RECORDED_VERSION}`;
if (skipReason) {
  console.warn(`SKIPPED: the check by tcpdump ${skipReason}, found ${found ?? "none"}`);
}

describe.skipIf(skipReason)(`tcpdump ${RECORDED_VERSION} reads our file`, () => {
  test.each<string[]>([[], ["-e"], ["-v"], ["-e", "-v"]])(
    "and prints our lines: %s %s",
    (...flags) => {
      const input = encodePcap(packets.filter(({ frame }) => !isTakenForDns(frame)));
      const real = spawnSync(TCPDUMP, ["-nn", "-t", ...flags, "-r", "-"], { input });
      const options = { link: flags.includes("-e"), verbose: flags.includes("-v") };
      const seen = new Map();
      const decoded = decodePcap(input);
      const ours = "packets" in decoded ? decoded.packets : [];
      const lines = ours.map(({ frame }) => tcpdumpLine(frame, options, seen));
      expect(real.stdout.toString("latin1")).toBe(lines.map((line) => `${line}\n`).join(""));
    },
  );
});

/** tcpdump guesses the protocol by the port, which `tcpdumpLine` leaves out. */
function isTakenForDns(frame: CapturedPacket["frame"]): boolean {
  const { payload } = frame;
  if (payload.protocol === "arp" || payload.payload.protocol !== "udp") return false;
  return payload.payload.destinationPort === 5353;
}
