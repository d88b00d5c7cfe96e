import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scriptsOf } from "./preload.ts";

test("a figure that wakes at once names all of its scripts, one that waits to be seen none", () => {
  const root = mkdtempSync(join(tmpdir(), "preload-"));
  try {
    mkdirSync(join(root, "_astro"));
    const scripts = {
      "Figure.js": 'import{a}from"./shared.js";import("./late.js")',
      "shared.js": 'import"./base.js"',
      "base.js": 'import"./shared.js"',
      "client.js": "",
    };
    for (const [name, text] of Object.entries(scripts)) {
      writeFileSync(join(root, "_astro", name), text);
    }
    const island = (client: string): string =>
      `<astro-island component-url="/x/_astro/Figure.js" renderer-url="/x/_astro/client.js" client="${client}">`;
    expect(scriptsOf(island("load"), root)).toEqual(
      ["Figure", "shared", "base", "client"].map((name) => `/x/_astro/${name}.js`),
    );
    expect(scriptsOf(island("visible"), root)).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
