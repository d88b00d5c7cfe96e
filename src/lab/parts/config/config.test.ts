import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readConfiguration } from "#sim/opinionated.ts";
import { placeAt } from "./context.ts";
import { diffLines } from "./diff.ts";
import { findingsOf } from "./pairs.ts";

const scenario = JSON.parse(readFileSync("content/scenarios/article.json", "utf8")) as {
  files: Record<string, string>;
};
const [ONE = "", TWO = ""] = Object.values(scenario.files);
const read = (text: string) => readConfiguration(text, { path: "F", nics: ["lo", "eth1"] }).config;
const keys = (one: string, two: string): string[] =>
  findingsOf(read(one), read(two), ["a", "b"]).map(({ key, isCertain }) => `${key} ${isCertain}`);

test("the article's pair agrees", () => {
  expect(keys(ONE, TWO)).toEqual([]);
});

test.each([
  ["virtual_router_id 18", "virtual_router_id 19", "vrid true"],
  ["192.168.88.100/24", "192.168.88.101/24", "vips true"],
  ["advert_int 1", "advert_int 2", "interval true"],
  ["auth_pass 123456", "auth_pass 1", "auth true"],
  ["priority 99", "priority 100", "priority false"],
  ["state MASTER", "state BACKUP\n    nopreempt", "preempt false"],
])("%s against %s", (from, to, finding) => {
  expect(TWO).toContain(from);
  expect(keys(ONE, TWO.replace(from, to))).toEqual([finding]);
});

test("a diff gives both texts back, and nothing else", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const lines = diffLines(a.join("\n"), b.join("\n"));
      const side = (other: string): string =>
        lines
          .filter(({ kind }) => kind !== other)
          .map((line) => line.text)
          .join("\n");
      expect(side("new")).toBe(a.join("\n"));
      expect(side("gone")).toBe(b.join("\n"));
    }),
  );
  expect(diffLines(ONE, TWO).filter(({ kind }) => kind !== "same")).toHaveLength(2);
});

test("a place knows its blocks", () => {
  const at = ONE.indexOf("advert_int") + 3;
  expect(placeAt(ONE, at)).toMatchObject({ path: ["vrrp_instance"], isKeyword: true, word: "adv" });
  expect(placeAt(ONE, ONE.indexOf("status_code") + 1)).toMatchObject({
    path: ["virtual_server", "real_server", "HTTP_GET", "url"],
  });
  expect(placeAt(ONE, ONE.indexOf("100/24")).isKeyword).toBe(true);
  expect(placeAt(ONE, ONE.indexOf("priority 100") + 10).isKeyword).toBe(false);
  expect(placeAt("", 0)).toEqual({ path: [], isKeyword: true, word: "", from: 0 });
});
