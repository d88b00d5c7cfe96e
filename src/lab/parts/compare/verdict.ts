// What two runs' figures come to, in plain sentences: what the clients lost comes first, unless it is
// the same in both.
import { fill } from "../../../i18n/language.ts";
import { secondsText } from "../../instrument/cluster.ts";
import { type Figures, isTelling, rowsOf } from "./compare.ts";
import type { CompareWords } from "./words.ts";

export interface Named {
  readonly name: string;
  readonly figures: Figures;
}

type Words = CompareWords["verdict"];

/** What tells something beside a loss; what tells something without one. Strongest first. */
const BESIDE = ["twoOwnersUs", "arpVoices"] as const;
const INSTEAD = [...BESIDE, "serversMet", "share", "moves", "passedOn", "adverts"] as const;
/** A server's share of the answers that is worth a sentence, in hundredths. */
const TELLING_SHARE = 5;

/** One sentence or a few, that which tells most first. */
export function verdictOf(a: Named, b: Named, words: Words): string[] {
  const telling = new Set(
    rowsOf(a.figures, b.figures)
      .filter(isTelling)
      .map(({ key }) => key),
  );
  const differing = (keys: readonly (typeof INSTEAD)[number][]): string[] =>
    keys.flatMap((key) => {
      if (key === "share") return shareSentence(a, b, words);
      return telling.has(key) ? [sentence(key, a, b, words)] : [];
    });
  const loss = lossSentence(a, b, telling.has("withoutUs"), words);
  if (loss !== undefined) return [loss, ...differing(BESIDE).slice(0, 1)];
  if (telling.size === 0) return [words.alike];
  const time = tenths(a.figures.withoutUs);
  const alike = lostIn(a.figures) === 0 ? words.noneLost : fill(words.bothLose, { time });
  return [...differing(INSTEAD).slice(0, 2), alike];
}

/** Undefined when both lose the same. */
function lossSentence(a: Named, b: Named, inTime: boolean, words: Words): string | undefined {
  const names = { a: a.name, b: b.name };
  if (inTime) {
    const [timeA, timeB] = [tenths(a.figures.withoutUs), tenths(b.figures.withoutUs)];
    return fill(words.without, { ...names, timeA, timeB });
  }
  const [lostA, lostB] = [lostIn(a.figures), lostIn(b.figures)];
  return lostA === lostB ? undefined : fill(words.lost, { ...names, lostA, lostB });
}

function lostIn({ lost, refused }: Figures): number {
  return lost + refused;
}

function sentence(
  key: Exclude<(typeof INSTEAD)[number], "share">,
  { name: nameA, figures: { [key]: a } }: Named,
  { name: nameB, figures: { [key]: b } }: Named,
  words: Words,
): string {
  if (key === "twoOwnersUs") {
    return fill(words.twoOwnersUs, { nameA, nameB, a: tenths(a), b: tenths(b) });
  }
  return fill(words.counts[key], { nameA, nameB, a, b });
}

/** Of the server whose share differs most. */
function shareSentence(a: Named, b: Named, words: Words): string[] {
  const share = ({ figures }: Named, host: string): number =>
    Math.round((100 * (figures.servers.get(host) ?? 0)) / Math.max(1, figures.answered));
  const hosts = [...new Set([...a.figures.servers.keys(), ...b.figures.servers.keys()])];
  const found = hosts
    .map((host) => ({ host, shareA: share(a, host), shareB: share(b, host) }))
    .sort((one, other) => apart(other) - apart(one))[0];
  if (found === undefined || apart(found) < TELLING_SHARE) return [];
  return [fill(words.share, { a: a.name, b: b.name, ...found })];
}

function apart({ shareA, shareB }: { shareA: number; shareB: number }): number {
  return Math.abs(shareA - shareB);
}

function tenths(us: number): string {
  return secondsText(us, 1);
}
