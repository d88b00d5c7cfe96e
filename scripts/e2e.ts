// What readers do, in a real browser: builds the site when it is not there and runs Playwright
// on it. Arguments are handed on: npm run test:e2e -- --grep language

import * as fs from "node:fs";
import path from "node:path";
import { root, run } from "./run.ts";

const isBuilt = fs.existsSync(path.join(root, "dist", "index.html"));
const words = process.argv.slice(2).map((word) => JSON.stringify(word));
const isGood =
  (isBuilt || run("astro build --silent")) && run(["playwright test", ...words].join(" "));
process.exitCode = isGood ? 0 : 1;
