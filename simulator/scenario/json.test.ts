import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson, positionOf } from "./json.ts";

/** What JSON.parse makes of a text; undefined when it refuses. */
function reference(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe("parseJson reads what JSON.parse reads", () => {
  it("any value, with any spacing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(text)).toMatchObject({ value: JSON.parse(text) as unknown });
      }),
      { numRuns: 1000 },
    );
  });

  it("and refuses what it refuses", () => {
    const symbols = fc.constantFrom(...'{}[]:,"\\u1-0.eE+ \n\ttfn', "true", "null", '"a"', "12");
    fc.assert(
      fc.property(fc.array(symbols, { maxLength: 9 }), (parts) => {
        const text = parts.join("");
        const parsed = parseJson(text);
        const expected = reference(text);
        if ("value" in parsed) expect(parsed.value).toEqual(expected);
        else if (parsed.fault.code === "syntax") expect(expected).toBeUndefined();
      }),
      { numRuns: 10_000 },
    );
  });

  it.each(['"\\ud83d\\ude00"', '{"__proto__": 1}', "-0.5e+3", "1e999", " [ ] "])("%s", (text) => {
    expect(parseJson(text)).toMatchObject({ value: JSON.parse(text) as unknown });
  });
});

it("remembers where each value stands", () => {
  const text = '{\n  "a": [1,\n    {"b-c": 2, "d:e": 3}]\n}';
  const parsed = parseJson(text);
  const places = "places" in parsed ? [...parsed.places] : [];
  expect(places.map(([path, offset]) => [path, positionOf(text, offset)])).toEqual([
    ["", { line: 1, column: 1 }],
    ["a", { line: 2, column: 8 }],
    ["a[0]", { line: 2, column: 9 }],
    ["a[1]", { line: 3, column: 5 }],
    ["a[1].b-c", { line: 3, column: 13 }],
    ['a[1]["d:e"]', { line: 3, column: 23 }],
  ]);
});
