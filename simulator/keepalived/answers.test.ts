// The 50 malformed files of K208, and one file for each fault of an entry in a list and of a checker,
// with what keepalived 2.2.7 itself answered to `-t` on a host with the interfaces lo and eth0 to eth3.
// `REWRITE=1 npx vitest run scripts/oracle.test.ts` asks it again.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readConfiguration } from "./opinions.ts";
import type { ScriptState } from "./run-command.ts";

interface Asked {
  readonly name: string;
  readonly text: string;
  readonly said: string;
  readonly status: number;
}

const PATH = "/etc/keepalived/keepalived.conf";
const NICS = ["lo", "eth0", "eth1", "eth2", "eth3"];
const asked = ["answers", "entries", "checkers"].flatMap(
  (name) =>
    JSON.parse(readFileSync(`simulator/keepalived/fixtures/${name}.json`, "utf8")) as Asked[],
);

describe("says of a file what keepalived says", () => {
  test.each(asked)("$name", ({ text, said, status }) => {
    const { diagnostics, exitCode } = readConfiguration(text, { path: PATH, nics: NICS, scriptAt });
    expect(diagnostics.map((each) => each.text).join("\n")).toBe(said);
    expect(exitCode).toBe(status);
  });
});

function scriptAt(path: string): ScriptState {
  return /^(\/usr)?\/bin\/(true|false|sh)$/.test(path) ? "runs" : undefined;
}
