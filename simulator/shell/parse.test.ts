import fc from "fast-check";
import { expect, test } from "vitest";
import { expandBraces } from "./braces.ts";
import { isUnfinished, parseScript } from "./parse.ts";
import { matchesPattern } from "./pattern.ts";

test("any line is a script or a complaint with its line; nothing crashes", () => {
  const unit = fc.constantFrom(
    ..."ab $(){}[]|&;<>'\"`\\\n=*?!#~".split(""),
    ..."for in do done if then fi while case esac function (( )) [[ ]] 2>&1 <<< ${x:-y}".split(" "),
  );
  fc.assert(
    fc.property(fc.string({ unit }), (line) => {
      const parsed = parseScript(line);
      if ("complaint" in parsed) expect(parsed.complaint.line).toBeGreaterThan(0);
      else expect(Object.isFrozen(parsed.script.steps)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test("any text is a pattern; nothing crashes", () => {
  const text = fc.string({ unit: fc.constantFrom(..."abz[]!^-\\*?:{}()|".split("")) });
  fc.assert(
    fc.property(text, text, (line, pattern) => void matchesPattern(line, pattern)),
    { numRuns: 5000 },
  );
});

test.each([
  ["{1..3}{a,b}", "1a 1b 2a 2b 3a 3b"],
  ["{x", "{x"],
  ["{01..10..3}", "01 04 07 10"],
  ["{c..a}", "c b a"],
  ["a{b,{c,d}}e", "abe ace ade"],
  ["${x}{1,2}", "${x}1 ${x}2"],
  ["'{a,b}'", "'{a,b}'"],
])("%s is %s", (text, expanded) => {
  expect(expandBraces(text).join(" ")).toBe(expanded);
});

test.each([
  ["abc", "a*", true],
  ["abc", "[!a]*", false],
  ["a*c", "a\\*c", true],
  ["abc", "a\\*c", false],
  ["a-c", "a[-x]c", true],
  ["7", "[[:digit:]]", true],
])("%s against %s: %s", (text, pattern, matches) => {
  expect(matchesPattern(text, pattern)).toBe(matches);
});

test.each([
  ["for i in 1 2; do", true],
  ["for i in 1 2; do\necho $i", true],
  ["for i in 1 2; do\necho $i\ndone", false],
  ["echo 'a", true],
  ["curl x |", true],
  ["curl x \\", true],
  ["echo x\\\\", false],
  ["cat <<E\nx", true],
  ["cat <<'E'\nx\nE", false],
  ["f() {", true],
  ["echo )", false],
  ["", false],
])("%j asks for more: %s", (source, more) => {
  expect(isUnfinished(source)).toBe(more);
});
