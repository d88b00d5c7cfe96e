// `keepalived -t` of 2.2.7, as it answered: every configuration of the recordings, cases written by
// hand (K169-K208), and generated ones, most of them broken. The path of the file is "F" in the
// answers; of the scripts only those of /bin/true and /bin/false were there.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readConfiguration } from "./opinions.ts";

interface Answer {
  readonly text: string;
  readonly stderr: string;
  readonly code: number;
}

const answers = JSON.parse(
  readFileSync(new URL("testdata/config-test.json", import.meta.url), "utf8"),
) as Record<"recordings" | "byHand" | "generated", readonly Answer[]>;

function answerTo(text: string): Omit<Answer, "text"> {
  const { diagnostics, exitCode } = readConfiguration(text, {
    path: "F",
    nics: ["lo", "eth0", "eth1", "eth2", "eth3"],
    scriptAt: (path) => (/^(\/usr)?\/bin\/(true|false)$/.test(path) ? "runs" : undefined),
  });
  return { stderr: diagnostics.map((each) => `${each.text}\n`).join(""), code: exitCode };
}

const agrees = ({ text, stderr, code }: Answer): boolean => {
  const mine = answerTo(text);
  return mine.stderr.trim() === stderr.trim() && mine.code === code;
};

test.each(answers.recordings.map((each, i) => [i, each] as const))(
  "the recordings' configuration %i: text and exit status",
  (_, { text, stderr, code }) => {
    expect(answerTo(text)).toEqual({ stderr, code });
  },
);

// What is missing: values that lack in routes and rules, next hops, some broken nests of braces.
test.each([
  ["byHand", 0.9],
  ["generated", 0.97],
] as const)("%s: at least this share agrees", (kind, share) => {
  const good = answers[kind].filter(agrees).length;
  expect(good / answers[kind].length).toBeGreaterThanOrEqual(share);
});
