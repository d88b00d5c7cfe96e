import { expect, test } from "vitest";
import { sectionsOf } from "./sections.ts";

test.each([
  ["a titled section", '<section class="row" id="a" data-title="One"><p>', [["a", "One"]]],
  ["its attributes in any order", '<section class="row" data-title="One" id="a">', [["a", "One"]]],
  ["no title", '<section class="row" id="a">', []],
  ["no id", '<section class="row" data-title="One">', []],
  ["signs", '<section class="row" id="a" data-title="R&amp;D &#34;x&#34;">', [["a", 'R&D "x"']]],
])("lists %s", (_, html, expected) => {
  expect(sectionsOf(html).map(({ id, title }) => [id, title])).toEqual(expected);
});
