import { expect, test } from "vitest";
import { libraryRun } from "../../library.ts";
import { act, runTo } from "#sim/index.ts";
import { printed } from "#sim/printed.ts";
import { cellsOf } from "./changes.ts";

const changedOf = (before: string, now: string): [string | undefined, string][] =>
  cellsOf(before, now)
    .flat()
    .filter(({ was, isNew }) => was !== undefined || isNew)
    .map(({ was, text }) => [was, text]);

test("a word that changed is marked with what it was, a row that is new as new", () => {
  const before = "TCP  10.0.0.1:80 wlc\n  -> 10.0.0.2:80  Route  3  0\n";
  expect(changedOf(before, before)).toEqual([]);
  expect(changedOf(before, before.replace("3  0", "3  1"))).toEqual([["0", "1"]]);
  const longer = `${before}  -> 10.0.0.3:80  Route  3  0\n`;
  expect(changedOf(before, longer).map(([, text]) => text)).toContain("10.0.0.3:80");
  expect(changedOf(longer, before)).toEqual([]);
});

test("what is printed is what the command prints, and leaves the world alone", () => {
  const timeline = libraryRun("article");
  runTo(timeline, timeline.now + 1_000_000);
  const events = timeline.world.lastEvent;
  const text = printed(timeline.world, "keepalived", "ipvsadm -Ln");
  expect(text).toContain("TCP  192.168.88.100:80 wlc");
  expect(text).toContain("-> 192.168.88.10:80");
  expect(timeline.world.lastEvent).toBe(events);
  act(timeline, { kind: "power", host: "keepalived", on: false });
  expect(printed(timeline.world, "keepalived", "ipvsadm -Ln")).toBe("");
  expect(printed(timeline.world, "client", "nonsense")).toContain("nonsense: command not found");
});
