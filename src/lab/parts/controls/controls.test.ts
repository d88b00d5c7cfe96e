import { virtualAddresses } from "#sim/editing.ts";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readConfiguration } from "#sim/opinionated.ts";
import { clusterOf } from "../../instrument/cluster.ts";
import { beginScore, readScore } from "../../instrument/score.ts";
import { act, runTo } from "#sim/index.ts";
import { libraryRun } from "../../library.ts";
import { inputsOf, isSet, wallChoices, wallInputs, wallNow } from "./faults.ts";
import {
  CHECKS,
  checkOf,
  isPreempting,
  withCheck,
  withPersistence,
  withPreempt,
} from "./switches.ts";
import { ratesOf, targetsOf } from "./traffic.ts";

const scenario = JSON.parse(readFileSync("content/scenarios/article.json", "utf8")) as {
  files: Record<string, string>;
};
const [TEXT = ""] = Object.values(scenario.files);
const environment = { path: "F", nics: ["lo", "eth1"] };

test("each cell of the matrix is set by what it does, and taken back by it", () => {
  const timeline = libraryRun("article");
  const start = libraryRun("article").world;
  const reader = beginScore(start);
  for (const [name, column] of [
    ["keepalived", "cable"],
    ["keepalived", "freeze"],
    ["keepalived", "crash"],
    ["keepalived", "stop"],
    ["node-1", "stop"],
    ["client", "power"],
  ] as const) {
    const stands = (): boolean | undefined => {
      const host = clusterOf(timeline.world, virtualAddresses).hosts.find(
        (each) => each.name === name,
      );
      if (host === undefined) throw new Error(name);
      return isSet(host, column, readScore(reader, timeline, start), timeline.now);
    };
    const press = (): void => {
      const host = clusterOf(timeline.world, virtualAddresses).hosts.find(
        (each) => each.name === name,
      );
      if (host === undefined) throw new Error(name);
      for (const input of inputsOf(host, column, stands() ?? false)) act(timeline, input);
      runTo(timeline, timeline.now + 3_000_000);
    };
    expect(stands(), `${name} ${column}`).toBe(false);
    press();
    expect(stands(), `${name} ${column}`).toBe(true);
    press();
    expect(stands(), `${name} ${column}`).toBe(false);
  }
});

test("every wall that can be chosen is told again from the world", () => {
  const timeline = libraryRun("three-directors");
  const choices = wallChoices(clusterOf(timeline.world, virtualAddresses));
  expect(choices.length).toBe(12);
  for (const [index, choice] of choices.entries()) {
    for (const input of wallInputs(choice, index % 2 === 0)) act(timeline, input);
    expect(wallNow(timeline.world, choices)).toEqual({ choice, onlyVrrp: index % 2 === 0 });
  }
  for (const input of wallInputs(undefined, false)) act(timeline, input);
  expect(wallNow(timeline.world, choices)).toBeUndefined();
});

test("switches write what keepalived takes", () => {
  const complaints = (text: string): number =>
    readConfiguration(text, environment).diagnostics.length;
  const usual = complaints(TEXT);
  expect(isPreempting(TEXT)).toBe(true);
  const calm = withPreempt(TEXT, false) ?? "";
  expect(isPreempting(calm)).toBe(false);
  expect(complaints(calm)).toBe(usual);
  expect(isPreempting(withPreempt(calm, true) ?? "")).toBe(true);
  for (const check of CHECKS) {
    const text = withCheck(TEXT, check);
    expect(checkOf(text)).toBe(check);
    expect(complaints(text), text).toBe(usual);
  }
  const { config } = readConfiguration(withPersistence(TEXT, 50) ?? "", environment);
  expect(config.virtualServers[0]?.persistence).toMatchObject({ timeout: 50 });
  expect(withPersistence(withPersistence(TEXT, 50) ?? "", 0)).toBe(TEXT);
});

test("traffic is read off the processes, its targets are those with a service", () => {
  const { world } = libraryRun("nat-two-subnets");
  expect([...ratesOf(world)]).toEqual([["client", 2]]);
  expect(targetsOf(world, clusterOf(world, virtualAddresses))).toEqual(["192.168.1.100"]);
});
