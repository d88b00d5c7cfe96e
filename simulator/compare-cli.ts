// npm run -s compare -- [-v] [--agree PERCENT] [--write | RECORDING…]
// Replays recordings (all of the project's own, if none is named) and prints how far each replay
// agrees. With --write it also keeps the figures of those that do not agree whole in
// recordings/agreement.json, below which the tests let none of them fall. Exit status 1 when a part of the whole falls below the bar, 2 when there was nothing to
// compare.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import {
  compare,
  isWhole,
  PARTS,
  percent,
  scenarioOf,
  sharesOf as sharesOfComparison,
} from "./compare.ts";
import type { Comparison, Exclusion } from "./compare.ts";
import {
  BRIEF,
  disagreements,
  exclusionLines,
  HEADING,
  shareLine,
  WHOLE,
} from "./compare/report.ts";
import { replay } from "./replay.ts";
import { describeError, readRecording } from "./scenario.ts";

const USAGE = "usage: npm run -s compare -- [-v] [--agree PERCENT] [--write | RECORDING…]";
const FOLDER = new URL("./recordings/", import.meta.url);
const ENDING = ".recorded.json";

interface Options {
  readonly verbose: boolean;
  /** The bar: the least share of each part that must agree, in percent. */
  readonly agree: number;
  readonly files: readonly string[];
  readonly write: boolean;
}

/** Both comparisons of one recording. */
interface Verdict {
  readonly name: string;
  readonly with: Comparison;
  readonly without: Comparison;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 2;
}

function main(words: readonly string[]): number {
  const options = readOptions(words);
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  const exclusions = JSON.parse(
    readFileSync(new URL("exclusions.json", FOLDER), "utf8"),
  ) as Exclusion[];
  console.log(HEADING);
  const verdicts: Verdict[] = [];
  for (const file of options.files) {
    const verdict = compareFile(file, exclusions, options.verbose);
    if (verdict === undefined) return 2;
    verdicts.push(verdict);
  }
  if (options.write) writeShortfalls(verdicts);
  return summary(verdicts, options.agree);
}

function writeShortfalls(verdicts: readonly Verdict[]): void {
  const shortfalls = verdicts
    .filter((verdict) => !isWhole(verdict.with))
    .map((verdict) => [verdict.name, sharesOfComparison(verdict.with)]);
  const text = JSON.stringify(Object.fromEntries(shortfalls), undefined, 2);
  writeFileSync(new URL("agreement.json", FOLDER), `${text}\n`);
}

function readOptions(words: readonly string[]): Options | undefined {
  const files: string[] = [];
  let verbose = false;
  let write = false;
  let agree = 100;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "-v") verbose = true;
    else if (word === "--write") write = true;
    else if (word === "--agree") agree = Number(words[++i] || NaN);
    else if (word.startsWith("-")) return undefined;
    else files.push(word);
  }
  if (!(agree >= 0 && agree <= 100)) return undefined;
  if (write && files.length > 0) return undefined;
  return { verbose, agree, write, files: files.length > 0 ? files : ownRecordings() };
}

function ownRecordings(): string[] {
  const folder = fileURLToPath(FOLDER);
  const names = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  return names.sort().map((name) => folder + name);
}

function compareFile(
  file: string,
  exclusions: readonly Exclusion[],
  verbose: boolean,
): Verdict | undefined {
  if (!existsSync(file)) {
    console.error(`${file}: there is no such file`);
    return undefined;
  }
  const read = readRecording(readFileSync(file, "utf8"));
  if ("errors" in read) {
    for (const error of read.errors.slice(0, 10)) {
      console.error(`${file}: ${describeError(error)}`);
    }
    return undefined;
  }
  const { recording } = read;
  const replayed = replay(scenarioOf(recording));
  const name = recording.name ?? basename(file, ENDING);
  const verdict: Verdict = {
    name,
    with: compare(recording, replayed, exclusions),
    without: compare(recording, replayed),
  };
  console.log(shareLine(name, sharesOf([verdict])));
  for (const line of exclusionLines(verdict.with)) console.log(line);
  for (const line of disagreements(verdict.with, verbose ? WHOLE : BRIEF)) console.log(line);
  return verdict;
}

function summary(verdicts: readonly Verdict[], bar: number): number {
  const shares = sharesOf(verdicts);
  const whole = verdicts.filter((verdict) => isWhole(verdict.with));
  console.log(shareLine(`all (${whole.length} of ${verdicts.length} whole)`, shares));
  return PARTS.every((part) => percent(shares[part].with) >= bar) ? 0 : 1;
}

function sharesOf(verdicts: readonly Verdict[]): Parameters<typeof shareLine>[1] {
  const sumOf = (part: (typeof PARTS)[number], which: "with" | "without") => ({
    good: sum(verdicts.map((verdict) => verdict[which][part].good)),
    total: sum(verdicts.map((verdict) => verdict[which][part].total)),
  });
  const shareOf = (part: (typeof PARTS)[number]) => ({
    with: sumOf(part, "with"),
    without: sumOf(part, "without"),
  });
  return { frames: shareOf("frames"), logs: shareOf("logs"), outputs: shareOf("outputs") };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
