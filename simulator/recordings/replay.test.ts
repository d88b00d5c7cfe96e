// Every recording in this folder, replayed by the simulator, agrees whole, or as far as
// agreement.json says (`npm run compare -- --write` renews it); what the simulator leaves out on
// purpose is named in exclusions.json.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compare, PARTS, scenarioOf, sharesOf } from "../compare.ts";
import type { Exclusion, Part } from "../compare.ts";
import { BRIEF, disagreements } from "../compare/report.ts";
import { replay } from "../replay.ts";
import { describeError, readRecording } from "../scenario.ts";
import type { Recording } from "../scenario.ts";
import agreementFile from "./agreement.json" with { type: "json" };
import exclusionFile from "./exclusions.json" with { type: "json" };

const exclusions = exclusionFile as readonly Exclusion[];
const shortfalls: Readonly<Record<string, Record<Part, number>>> = agreementFile;
const WHOLE = { frames: 100, logs: 100, outputs: 100 };
const FOLDER = new URL("./", import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".recorded.json"));

function recordingOf(file: string): Recording {
  const read = readRecording(readFileSync(new URL(file, FOLDER), "utf8"));
  if ("errors" in read) throw new Error(read.errors.map(describeError).join("\n"));
  return read.recording;
}

describe.each(files)("%s", (file) => {
  const recording = recordingOf(file);

  it("agrees as far as it is known to", () => {
    const comparison = compare(recording, replay(scenarioOf(recording)), exclusions);
    const floor = shortfalls[recording.name ?? ""] ?? WHOLE;
    const shares = sharesOf(comparison);
    const details = disagreements(comparison, BRIEF).join("\n");
    for (const part of PARTS) expect(shares[part], details).toBeGreaterThanOrEqual(floor[part]);
  });

  it("loses no more to each exclusion than the exclusion states", () => {
    const { excluded } = compare(recording, recording, exclusions);
    const all = compare(recording, recording);
    for (const { id, part, items } of excluded) {
      const stated = exclusions.find((exclusion) => exclusion.id === id)?.share;
      expect((100 * items) / all[part].total, id).toBeLessThanOrEqual(stated ?? 0);
    }
  });
});

describe("exclusions.json", () => {
  it("keeps to twenty kinds", () => {
    expect(exclusions.length).toBeLessThanOrEqual(20);
  });

  it("names each exclusion once, with a reason and a recording that is here", () => {
    expect(new Set(exclusions.map(({ id }) => id)).size).toBe(exclusions.length);
    for (const { id, recording, reason, share } of exclusions) {
      expect(reason, id).not.toBe("");
      expect(share, id).toBeGreaterThan(0);
      if (recording !== "*") expect(files, id).toContain(`${recording}.recorded.json`);
    }
  });
});
