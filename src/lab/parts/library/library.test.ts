import { expect, test } from "vitest";
import { scenarioOfFragment, search } from "./library.ts";

const listed = (name: string, title: string) => ({
  name,
  title,
  goal: "",
  mechanism: "failover",
  hints: [],
});
const LIBRARY = [listed("a", "Pull the cable"), listed("b", "Power cut"), listed("c", "拔掉网线")];

test("a search wants all its words, in any case", () => {
  expect(search(LIBRARY, "").length).toBe(3);
  expect(search(LIBRARY, "CABLE pull").map(({ name }) => name)).toEqual(["a"]);
  expect(search(LIBRARY, "网线").map(({ name }) => name)).toEqual(["c"]);
  expect(search(LIBRARY, "cable power")).toEqual([]);
});

test("a fragment names a scenario and nothing else", () => {
  expect(scenarioOfFragment("#scenario=split-brain")).toBe("split-brain");
  expect(scenarioOfFragment("#scenario=../x")).toBeUndefined();
  expect(scenarioOfFragment("#run=abc")).toBeUndefined();
});
