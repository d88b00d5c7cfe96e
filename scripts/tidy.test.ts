// The budgets of a readable tree: short files, short functions, and a simulator that takes time
// and chance only through its one door.

import * as fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const FILE_LINES = 400;
const FUNCTION_LINES = 70;
const root = path.resolve(import.meta.dirname, "..");

/** Data written as code may be as long as the data are. */
const isTable = (file: string) => /(\.table\.ts|\/keywords\.ts)$/.test(file);
const isCommandLine = (file: string) => /(replay|cli)\.ts$/.test(file);

/** Names that reach time, chance or a page; as a property (`packet.window`) they mean no harm. */
const IMPURE = new Set([
  "Date",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "performance",
  "Promise",
  "window",
  "document",
  "globalThis",
  "fetch",
]);

const sources = filesUnder("simulator", "src", "scripts", "content").filter((file) =>
  /\.(ts|mjs|svelte|astro)$/.test(file),
);
const functions = sources.filter((file) => /\.(ts|mjs)$/.test(file) && !isTest(file));

test("there are sources to look at", () => {
  expect(sources.length).toBeGreaterThan(10);
});

test(`files are under ${FILE_LINES} lines`, () => {
  const long = sources.filter((file) => !isTable(file) && linesOf(file) >= FILE_LINES);
  expect(long.map((file) => `${file}: ${linesOf(file)}`)).toEqual([]);
});

test(`functions are at most ${FUNCTION_LINES} lines`, () => {
  expect(functions.flatMap((file) => longFunctions(file))).toEqual([]);
});

test("the simulator has no clock, no chance and no page of its own", () => {
  const pure = functions.filter((file) => file.startsWith("simulator/") && !isCommandLine(file));
  expect(pure.flatMap((file) => impurities(file))).toEqual([]);
});

function filesUnder(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    fs
      .readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
      .map((file) => file.split(path.sep).join("/")),
  );
}

function isTest(file: string): boolean {
  return /\.(test|spec)\.ts$/.test(file);
}

function read(file: string): string {
  return fs.readFileSync(path.join(root, file), "utf8");
}

function linesOf(file: string): number {
  return read(file).replace(/\n$/, "").split("\n").length;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, read(file), ts.ScriptTarget.ESNext, true);
}

function longFunctions(file: string): string[] {
  const source = parse(file);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body) {
      const first = lineOf(source, node.getStart(source));
      const length = lineOf(source, node.end) - first + 1;
      if (length > FUNCTION_LINES) found.push(`${file}:${first}: ${length} lines`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Comments and strings do no harm: only names in the code are looked at. */
function impurities(file: string): string[] {
  const source = parse(file);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isImpure(node)) {
      found.push(`${file}:${lineOf(source, node.getStart(source))}: ${node.getText(source)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isImpure(node: ts.Node): boolean {
  if (node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node)) return true;
  if (ts.isPropertyAccessExpression(node)) {
    return node.name.text === "random" && node.expression.getText() === "Math";
  }
  // A name counts where it is used as a value, unless it is declared or belongs to something.
  if (!ts.isIdentifier(node) || !IMPURE.has(node.text)) return false;
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isNewExpression(parent) || ts.isCallExpression(parent)) return true;
  return false;
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}
