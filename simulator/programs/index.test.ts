import { expect, test } from "vitest";
import { programs } from "./index.ts";
import { commandNames, programNamed } from "./paths.ts";

/** Children of daemons: nobody types their names. */
const DAEMONS = ["keepalived-healthcheckers", "keepalived-vrrp"];

test("every command that can be typed is there, and every program can be typed", () => {
  const typed = commandNames().map((name) => programNamed(name) ?? "");
  const known = Object.keys(programs).filter((name) => !DAEMONS.includes(name));
  expect([...new Set(typed)].sort()).toEqual(known.sort());
});
