import fc from "fast-check";
import { expect, test } from "vitest";
import { type Dialect, regularExpression } from "./regular-expression.ts";

// pattern, dialect, a text that matches, one that does not
const MATCHES: readonly (readonly [string, Dialect, string, string])[] = [
  ["arp_(ignore|announce)", "extended", "arp_ignore", "arp_filter"],
  ["arp_\\(ignore\\|announce\\)", "basic", "arp_announce", "arp_filter"],
  ["a(b)", "basic", "a(b)", "ab"],
  ["^[k]eepalived$", "basic", "keepalived", "[k]eepalived"],
  ["a\\+b", "basic", "aab", "a+b"],
  ["a+b", "basic", "a+b", "aab"],
  ["[[:digit:]]{2,3}", "extended", "x12", "x1"],
  ["*a", "basic", "*a", "b"],
  ["[]x]", "basic", "]", "y"],
  ["a.c", "basic", "abc", "ac"],
  ["x\\.y", "extended", "x.y", "xzy"],
];

test.each(MATCHES)("%s (%s)", (pattern, dialect, good, bad) => {
  const expression = regularExpression(pattern, dialect);
  expect(expression?.test(good)).toBe(true);
  expect(expression?.test(bad)).toBe(false);
});

test.each(["[a", "(", "a)", "\\"])("%s is no expression", (pattern) => {
  expect(regularExpression(pattern, "extended")).toBeUndefined();
});

test("any text is an expression or is not; nothing crashes", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab[](){}\\*+?|^$-.:,123 ") });
  fc.assert(
    fc.property(text, (pattern) => {
      regularExpression(pattern, "basic");
      regularExpression(pattern, "extended");
    }),
    { numRuns: 5000 },
  );
});
