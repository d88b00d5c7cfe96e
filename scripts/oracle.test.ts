// The reader against the real `keepalived -t`: every recorded answer again, and four hundred texts of a
// fresh seed. `ORACLE_SEED=N ORACLE_TEXTS=N` choose them; `REWRITE=1` renews the recorded answers.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readConfiguration } from "../simulator/keepalived/opinions.ts";
import { makeTexts } from "./keepalived-texts.ts";
import { type Answer, askOracle, CONFIG_PATH, scriptAt, oracleIsMissing } from "./oracle.ts";

const FIXTURES = ["answers", "entries", "checkers"].map(
  (name) => `simulator/keepalived/fixtures/${name}.json`,
);
const NICS = ["lo", "eth0", "eth1", "eth2", "eth3"];
const ENOUGH = 0.95;
const LIMIT_MS = 600_000;

interface Recorded extends Answer {
  readonly name: string;
  readonly text: string;
}

const recorded = FIXTURES.map((path) => JSON.parse(readFileSync(path, "utf8")) as Recorded[]);
const missing = oracleIsMissing();
if (missing !== undefined) {
  process.stderr.write(`\n*** NOT COMPARED with the real keepalived: ${missing}. ***\n\n`);
}
const live = test.skipIf(missing !== undefined);

live(
  "keepalived still answers as recorded",
  () => {
    for (const [i, path] of FIXTURES.entries()) {
      const before = recorded[i] ?? [];
      const answers = askOracle(before.map(({ text }) => text));
      const now = before.map(({ name, text }, at) => ({ name, text, ...answers[at] }));
      if (process.env["REWRITE"] !== "1") expect(now).toEqual(before);
      else writeFileSync(path, `${JSON.stringify(now, null, 2)}\n`);
    }
  },
  LIMIT_MS,
);

live(
  "the reader answers as keepalived does, text and exit status, to made and broken files",
  () => {
    const seed = Number(process.env["ORACLE_SEED"] ?? Date.now() % 1_000_000);
    const count = Number(process.env["ORACLE_TEXTS"] ?? 400);
    const texts = makeTexts(
      seed,
      count,
      recorded.flat().map(({ text }) => text),
    );
    const answers = askOracle(texts);
    const wrong = texts.flatMap((text, i) => {
      const mine = readerSays(text);
      const real = answers[i];
      return mine.said === real?.said && mine.status === real.status ? [] : [{ text, mine, real }];
    });
    process.stdout.write(`seed ${seed}: ${count - wrong.length} of ${count} agree\n`);
    const shown = process.env["ORACLE_WRONG"];
    if (shown !== undefined) writeFileSync(shown, JSON.stringify(wrong));
    const told = `seed ${seed}; the first: ${JSON.stringify(wrong[0], null, 2)}`;
    expect(count - wrong.length, told).toBeGreaterThanOrEqual(count * ENOUGH);
  },
  LIMIT_MS,
);

function readerSays(text: string): Answer {
  const { diagnostics, exitCode } = readConfiguration(text, {
    path: CONFIG_PATH,
    nics: NICS,
    scriptAt,
  });
  return { said: diagnostics.map((each) => each.text).join("\n"), status: exitCode };
}
