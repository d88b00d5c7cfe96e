// What a page costs a reader: the JavaScript it fetches, gzipped, before anything is opened.

import { gzipSync } from "node:zlib";
import { expect, test, type Page } from "@playwright/test";

const KILOBYTE = 1000;

/** Loads `path`, waits until the page is quiet, and sums its scripts, inline ones included. */
async function scriptBytes(page: Page, path: string): Promise<number> {
  const bodies: Promise<Buffer>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() === "script") bodies.push(response.body());
  });
  await page.goto(path, { waitUntil: "networkidle" });
  const inline = page.locator("script:not([src])");
  const texts = await inline.evaluateAll((all) => all.map((each) => each.textContent ?? ""));
  const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
  return sizes.reduce((total, size) => total + size, gzipSync(texts.join("\n")).length);
}

for (const path of ["chapters/failover/", "zh/chapters/direct-routing/", "fidelity/"]) {
  test(`${path} can be read with 40 kB of scripts`, async ({ page }) => {
    const bytes = await scriptBytes(page, path);
    test.info().annotations.push({ type: "bytes", description: String(bytes) });
    expect(bytes).toBeLessThanOrEqual(40 * KILOBYTE);
  });
}

for (const path of ["./", "zh/"]) {
  test(`${path} brings its live figure in 100 kB of scripts`, async ({ page }) => {
    const bytes = await scriptBytes(page, path);
    test.info().annotations.push({ type: "bytes", description: String(bytes) });
    expect(bytes).toBeLessThanOrEqual(100 * KILOBYTE);
  });
}
