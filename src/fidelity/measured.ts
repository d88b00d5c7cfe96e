// Every recording replayed and compared while the site is built, once for all pages.
import { readdirSync, readFileSync } from "node:fs";
import {
  fidelityOf,
  scenarioText,
  type Exclusion,
  type Fidelity,
  type Part,
} from "#sim/fidelity.ts";
import type { Language } from "../i18n/language.ts";
import chinese from "../i18n/fidelity.zh.json" with { type: "json" };

const FOLDER = "simulator/recordings/";
const ENDING = ".recorded.json";

export const parts = ["frames", "logs", "outputs"] as const satisfies readonly Part[];

let known: readonly Fidelity[] | undefined;

export function recordingNames(): string[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(ENDING));
  return files.map((file) => file.slice(0, -ENDING.length)).sort();
}

/** All recordings, by name. */
export function measuredRecordings(): readonly Fidelity[] {
  known ??= recordingNames().map((name) => fidelityOf(recordingText(name), exclusions()));
  return known;
}

const recordingText = (name: string): string => readFileSync(FOLDER + name + ENDING, "utf8");

/** The scenario that a recording was made from, as a file. */
export const recordedScenario = (name: string): string => scenarioText(recordingText(name));

export function exclusions(): readonly Exclusion[] {
  return JSON.parse(readFileSync(`${FOLDER}exclusions.json`, "utf8")) as Exclusion[];
}

type Shares = Fidelity["shares"];

/** The sums over all recordings. */
export function totalsOf(recordings: readonly Fidelity[], which: "shares" | "sharesOfAll"): Shares {
  const sum = (part: Part) => ({
    good: recordings.reduce((total, each) => total + each[which][part].good, 0),
    total: recordings.reduce((total, each) => total + each[which][part].total, 0),
  });
  return { frames: sum("frames"), logs: sum("logs"), outputs: sum("outputs") };
}

/** In percent, rounded down to hundredths, so that 100 means all. */
export function percentOf({ good, total }: Shares[Part]): number {
  return total === 0 ? 100 : Math.floor((10_000 * good) / total) / 100;
}

/** How much of all compared items of its part an exclusion takes away, in percent. */
export function measuredShare(id: string): { part: Part; percent: number } | undefined {
  const taken = measuredRecordings().flatMap(({ excluded, sharesOfAll }) =>
    excluded
      .filter((each) => each.id === id)
      .map(({ part, items }) => ({ part, items, total: sharesOfAll[part].total })),
  );
  const [first] = taken;
  if (first === undefined) return undefined;
  const items = taken.reduce((sum, each) => sum + each.items, 0);
  const total = taken.reduce((sum, each) => sum + each.total, 0);
  return { part: first.part, percent: Math.ceil((1000 * items) / total) / 10 };
}

interface Phrase {
  readonly text: string;
  readonly language: Language;
}

/** A recording's title; the English one where there is no other. */
export function titleOf(recording: Fidelity, language: Language): Phrase {
  return phrase(language, recording.name, recording.title, chinese.titles);
}

export function reasonOf(exclusion: Exclusion, language: Language): Phrase {
  return phrase(language, exclusion.id, exclusion.reason, chinese.reasons);
}

function phrase(
  language: Language,
  key: string,
  english: string,
  translations: Readonly<Record<string, string>>,
): Phrase {
  const text = language === "zh" ? translations[key] : undefined;
  return text === undefined ? { text: english, language: "en" } : { text, language };
}
