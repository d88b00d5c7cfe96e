import fc from "fast-check";
import { expect, test } from "vitest";
import { inputOfStep, readScenario } from "#sim/scenarios.ts";
import { libraryEntry, libraryNames, libraryRun } from "../../library.ts";
import { decodeRun, encodeRun, hostsOf, type SharedRun } from "./run-link.ts";
import { beginningOf } from "./open-file.ts";
import { passwordsIn, stepsOf } from "./steps.ts";

const RUN: SharedRun = {
  format: 1,
  scenario: "article",
  at: 15_281_000,
  inputs: [
    { at: 12_000_000, input: { kind: "link", host: "keepalived", nic: "eth1", up: false } },
    {
      at: 12_500_000,
      input: { kind: "command", host: "client", line: "ping “x”", label: "l", background: false },
    },
  ],
};

test("a link gives the run back", async () => {
  const link = await encodeRun(RUN);
  expect(link).toMatch(/^#run=1\.[\w-]+$/);
  expect(await decodeRun(link)).toEqual(RUN);
  expect(hostsOf(RUN)).toEqual(["keepalived", "client"]);
});

test("a link of the first form, as it was given out, stays readable", async () => {
  const link =
    "#run=1.dY5BCoNAEAS_Evo8BxUCYb4ScljXUQfXXdE1BETwIcnnfEnQGHJKH7uguieUoW9NBKeEwYo3vQYwTB_VOgF" +
    "hZ-fskiZJQlDfjXEAX6cPyJI9BwBPaNQXYDj1DQh1GCIYjUhnnN6lAMGrBUNinYIwduDSuEHmmb7O8x-nDW1rfPHTW" +
    "qfiI2hbEzA69dVpXZ6PdXltrcnFbV9AyI1tqj6Mm-jYu81v";
  expect(await decodeRun(link)).toEqual(RUN);
});

test("no fragment makes it throw, and what is not a run is not opened", async () => {
  expect(await decodeRun("#scenario=drain")).toBeUndefined();
  const wrong = [
    { ...RUN, format: 2 },
    { ...RUN, at: -1 },
    { ...RUN, inputs: [{ at: 1, input: { kind: "eval", host: "x" } }] },
    { ...RUN, inputs: [{ at: 1, input: { kind: "power", host: "x", on: "yes" } }] },
    { ...RUN, inputs: [...RUN.inputs].reverse() },
  ];
  for (const run of wrong) {
    expect(await decodeRun(await encodeRun(run as SharedRun))).toBe("broken");
  }
  await fc.assert(
    fc.asyncProperty(fc.base64String({ maxLength: 80 }), async (text) => {
      expect(await decodeRun(`#run=1.${text.replace(/[+/=]/g, "")}`)).toBe("broken");
    }),
    { numRuns: 50 },
  );
});

test("what was done becomes steps that do the same", () => {
  const { world } = libraryRun("article");
  for (const name of libraryNames()) {
    const { solution } = libraryEntry(name);
    const inputs = solution.map((step) => ({
      at: Math.round(step.t * 1_000_000),
      input: inputOfStep(step, "x", world),
    }));
    const again = stepsOf(inputs).map((step) => inputOfStep(step, "x", world));
    expect(again).toEqual(inputs.map(({ input }) => input));
  }
});

test("a scenario that is taken away can be opened, a broken one says what is wrong", () => {
  const { scenario } = libraryEntry("nat-two-subnets");
  const steps = [...scenario.steps, ...stepsOf(RUN.inputs)].sort((a, b) => a.t - b.t);
  const text = JSON.stringify({ ...scenario, steps });
  expect(readScenario(text)).toHaveProperty("scenario");
  expect(beginningOf(text, "x")).toHaveProperty("beginning");
  expect(beginningOf("{", "x")).toHaveProperty("problems");
  expect(beginningOf('{"steps": [{"t": "x"}]}', "x")).toHaveProperty("problems");
});

test("passwords are named with their host", () => {
  expect(passwordsIn([["a", "auth_pass 1234\n  auth_pass x # no"]])).toEqual(["1234 (a)", "x (a)"]);
});
