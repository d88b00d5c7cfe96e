// The whole test: everything is run even when something fails, and the last line says how many
// single tests and checks passed and failed over all the runners.

import * as fs from "node:fs";
import path from "node:path";
import { provideBrowser } from "./browser.ts";
import { check } from "./check.ts";
import { conclude, root, run, runCounted, sum, type Count } from "./run.ts";

const results = path.join(root, "node_modules", ".cache", "results");

conclude(sum([check(), unit(), components(), site()]));

function unit(): Count {
  return vitest("unit, property and replay tests", "vitest run", "unit.json");
}

function components(): Count {
  const files = fs.globSync("src/**/*.browser.test.ts", { cwd: root });
  if (files.length === 0) return { passed: 0, failed: 0 };
  const browser = runBrowser();
  if (browser.failed > 0) return browser;
  const command = "vitest run --config vitest.browser.config.ts";
  return vitest("components in a browser", command, "components.json");
}

/** The built site: it builds, is small enough, and does what readers ask of it. */
function site(): Count {
  const build = runCounted("build", "astro build --silent");
  if (build.failed > 0) return build;
  const browser = runBrowser();
  if (browser.failed > 0) return sum([build, browser]);
  return sum([build, runCounted("sizes", "size-limit"), playwright()]);
}

function runBrowser(): Count {
  try {
    provideBrowser();
    return { passed: 0, failed: 0 };
  } catch (error) {
    console.error(`FAILED: a browser for the tests: ${String(error)}`);
    return { passed: 0, failed: 1 };
  }
}

function vitest(title: string, command: string, name: string): Count {
  console.log(`\n── ${title}`);
  const file = emptied(name);
  const isGood = run(`${command} --reporter=default --reporter=json --outputFile.json="${file}"`);
  const report = read<{ numPassedTests: number; numFailedTests: number }>(file);
  return honest(title, isGood, report?.numPassedTests ?? 0, report?.numFailedTests ?? 0);
}

function playwright(): Count {
  const title = "the site in a browser";
  console.log(`\n── ${title}`);
  const file = emptied("site.json");
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: file };
  const isGood = run("playwright test --reporter=list,json", env);
  const stats = read<{ stats: { expected: number; unexpected: number; flaky: number } }>(
    file,
  )?.stats;
  return honest(
    title,
    isGood,
    stats?.expected ?? 0,
    (stats?.unexpected ?? 0) + (stats?.flaky ?? 0),
  );
}

/** A runner that failed without a failed test (it died, or read no file) counts as one failure. */
function honest(title: string, isGood: boolean, passed: number, failed: number): Count {
  if (isGood && passed > 0) return { passed, failed };
  console.log(`   FAILED: ${title}`);
  return { passed, failed: Math.max(failed, 1) };
}

function emptied(name: string): string {
  fs.mkdirSync(results, { recursive: true });
  const file = path.join(results, name);
  fs.rmSync(file, { force: true });
  return file;
}

function read<T>(file: string): T | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as T;
  } catch {
    return undefined;
  }
}
