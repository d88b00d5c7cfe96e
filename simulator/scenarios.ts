// A door for what reads and builds scenarios: the site's build, and a page that opens a file.
export { buildSimulation, inputOfStep } from "./build.ts";
export { describeError, expandScenario, readScenario } from "./scenario.ts";
