// npm run -s compare -- [-v] [--agree PERCENT] [RECORDING…]
// Replays recordings (all of the project's own, if none is named) and prints how far each replay
// agrees. Exit status 1 when a part of the whole falls below the bar, 2 when there was nothing to
// compare.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { compare, PARTS, percent, scenarioOf } from "./compare.ts";
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

const USAGE = "usage: npm run -s compare -- [-v] [--agree PERCENT] [RECORDING…]";
const FOLDER = new URL("./recordings/", import.meta.url);
const ENDING = ".recorded.json";

interface Options {
  readonly verbose: boolean;
  /** The bar: the least share of each part that must agree, in percent. */
  readonly agree: number;
  readonly files: readonly string[];
}

/** Both comparisons of one recording. */
interface Verdict {
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
  return summary(verdicts, options.agree);
}

function readOptions(words: readonly string[]): Options | undefined {
  const files: string[] = [];
  let verbose = false;
  let agree = 100;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "-v") verbose = true;
    else if (word === "--agree") agree = Number(words[++i] || NaN);
    else if (word.startsWith("-")) return undefined;
    else files.push(word);
  }
  if (!(agree >= 0 && agree <= 100)) return undefined;
  return { verbose, agree, files: files.length > 0 ? files : ownRecordings() };
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
  const verdict: Verdict = {
    with: compare(recording, replayed, exclusions),
    without: compare(recording, replayed),
  };
  const name = recording.name ?? basename(file, ENDING);
  console.log(shareLine(name, sharesOf([verdict])));
  for (const line of exclusionLines(verdict.with)) console.log(line);
  for (const line of disagreements(verdict.with, verbose ? WHOLE : BRIEF)) console.log(line);
  return verdict;
}

function summary(verdicts: readonly Verdict[], bar: number): number {
  const shares = sharesOf(verdicts);
  const whole = verdicts.filter(({ with: { frames, logs, outputs } }) =>
    [frames, logs, outputs].every(({ good, total }) => good === total),
  );
  console.log(shareLine(`all (${whole.length} of ${verdicts.length} whole)`, shares));
  return PARTS.every((part) => percent(shares[part].with) >= bar) ? 0 : 1;
}

function sharesOf(verdicts: readonly Verdict[]): Parameters<typeof shareLine>[1] {
  const sumOf = (part: (typeof PARTS)[number], which: keyof Verdict) => ({
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
