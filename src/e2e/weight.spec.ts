// What a page costs a reader: the JavaScript it fetches, gzipped, before anything is opened.

import { gzipSync } from "node:zlib";
import { expect, test, type Page } from "@playwright/test";

const KILOBYTE = 1000;

/** Loads `path`, waits until the page is quiet, and sums what it fetched of one kind. */
async function fetchedBytes(
  page: Page,
  path: string,
  kind: "script" | "stylesheet",
): Promise<number> {
  const bodies: Promise<Buffer>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() === kind) bodies.push(response.body());
  });
  await page.goto(path, { waitUntil: "networkidle" });
  const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
  return sizes.reduce((total, size) => total + size, 0);
}

/** The scripts of a page, inline ones included. */
async function scriptBytes(page: Page, path: string): Promise<number> {
  const fetched = await fetchedBytes(page, path, "script");
  const inline = page.locator("script:not([src])");
  const texts = await inline.evaluateAll((all) => all.map((each) => each.textContent ?? ""));
  return fetched + gzipSync(texts.join("\n")).length;
}

test("the front page's styles are 16 kB at most", async ({ page }) => {
  expect(await fetchedBytes(page, "./", "stylesheet")).toBeLessThanOrEqual(16 * KILOBYTE);
});

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
