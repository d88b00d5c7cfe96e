import { expect, test } from "vitest";
import { fill, hrefOf, wordsOf } from "./language.ts";

type Tree = { readonly [key: string]: string | readonly string[] | Tree };

/** The places that a sentence holds. */
const placesIn = (text: string): string => (text.match(/\{\w+\}/g) ?? []).sort().join(" ");

/** Every sentence's key with the places it holds, as one sorted list. */
function keysOf(tree: Tree, prefix = ""): string[] {
  return Object.entries(tree)
    .flatMap(([key, value]) => {
      if (typeof value === "string") return [`${prefix}${key} ${placesIn(value)}`];
      const items = value as readonly string[];
      if (Array.isArray(value)) {
        return items.map((each, n) => `${prefix}${key}.${n} ${placesIn(each)}`);
      }
      return keysOf(value as Tree, `${prefix}${key}.`);
    })
    .sort();
}

test("both languages have the same sentences, with the same places in them", () => {
  expect(keysOf(wordsOf("zh"))).toEqual(keysOf(wordsOf("en")));
});

test.each([
  ["en", "/", "/", "/"],
  ["zh", "/", "/", "/zh/"],
  ["zh", "/chapters/failover/", "/floating-vip/", "/floating-vip/zh/chapters/failover/"],
  ["en", "/chapters/failover/", "/floating-vip", "/floating-vip/chapters/failover/"],
] as const)("the %s address of %s under %s is %s", (language, path, base, expected) => {
  expect(hrefOf(language, path, base)).toBe(expected);
});

test("fill puts values in their places and refuses a sentence it cannot fill", () => {
  expect(fill("of {count} · {minutes} min", { count: 2, minutes: 12 })).toBe("of 2 · 12 min");
  expect(() => fill("of {count}", {})).toThrow("{count}");
});
