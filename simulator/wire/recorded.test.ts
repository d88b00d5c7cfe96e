import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Mac } from "./address.ts";
import { decodeFrame, encodeFrame, frameLength } from "./ethernet.ts";
import { type InitialNumbers, type RecordedFrame, recordedFrame } from "./recorded.ts";
import otherFrames from "./recorded-frames.json" with { type: "json" };
import { frameOfRecorded, macOf } from "./test-frames.ts";

const RECORDINGS = new URL("../recordings/", import.meta.url);
const files = readdirSync(RECORDINGS).filter((file) => file.endsWith(".recorded.json"));

/** What differs when recorded frames are made again, sent as bytes, received and written down. */
function differences(frames: readonly RecordedFrame[]): unknown[] {
  const names = new Map<Mac, string>();
  const numbers: InitialNumbers = new Map();
  const different: unknown[] = [];
  for (const { src, dst, arp, ip } of frames) {
    const recorded = { src, dst, ...(arp ? { arp } : { ip }) } as RecordedFrame;
    for (const name of [src, dst, arp?.sender_mac, arp?.target_mac]) {
      if (name !== undefined && !name.includes(":")) names.set(macOf(name), name);
    }
    const sent = frameOfRecorded(recorded);
    const bytes = encodeFrame(sent);
    const received = decodeFrame(bytes);
    if ("error" in received || bytes.length !== frameLength(sent)) {
      different.push({ recorded, received });
      continue;
    }
    const again = recordedFrame(received.frame, (mac) => names.get(mac), numbers);
    // As text, for the order of keys counts too.
    if (JSON.stringify(again) !== JSON.stringify(recorded)) different.push({ recorded, again });
  }
  return different;
}

describe("every recorded frame goes through the wire and comes out as recorded", () => {
  test.each(files)("%s", (file) => {
    const recording = JSON.parse(readFileSync(new URL(file, RECORDINGS), "utf8"));
    expect(differences(recording.frames)).toEqual([]);
  });

  test.each(otherFrames)("a frame of $recording", ({ frame }) => {
    expect(differences([frame as RecordedFrame])).toEqual([]);
  });
});

const base = { src: "client", dst: "node-1" };
const ip = { src: "192.168.88.2", dst: "192.168.88.10", ttl: 64, id: 1, len: 40 };
const reset = { sport: 40000, dport: 80, flags: "AR", seq_abs: 77, ack_abs: 78, win: 0 };

test("without a SYN seen, numbers are given as they are", () => {
  expect(differences([{ ...base, ip: { ...ip, tcp: reset } }])).toEqual([]);
});
