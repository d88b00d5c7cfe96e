import { expect, test } from "vitest";
import { lockfileFaults } from "./check-lockfile.ts";

const binary = { optionalDependencies: { "tool-linux": "1.0.0" } };

test.each([
  ["all is entered", { "node_modules/tool": binary, "node_modules/tool-linux": {} }, []],
  [
    "it is entered beneath its owner",
    { "node_modules/tool": binary, "node_modules/tool/node_modules/tool-linux": {} },
    [],
  ],
  [
    "a binary is missing",
    { "node_modules/tool": binary },
    ["node_modules/tool: optional tool-linux has no entry"],
  ],
  [
    "an address is written",
    { "node_modules/a": { resolved: "https://registry.example/a.tgz" } },
    ["node_modules/a: holds a registry address"],
  ],
  ["a link is local", { "node_modules/a": { resolved: "packages/a" } }, []],
])("says so when %s", (_, packages, faults) => {
  expect(lockfileFaults({ packages })).toEqual(faults);
});
