// The fidelity page: the table without scripts; opening, filtering, ordering, and what is said when
// a comparison cannot be fetched.

import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

const recording = (page: Page, name: string) => page.locator(`details[id="${name}"]`);
const shown = (page: Page) => page.locator("[data-recordings] > details:visible");

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the table names every recording with its three figures", async ({ page }) => {
    await page.goto("fidelity/");
    expect(await shown(page).count()).toBeGreaterThan(90);
    const first = recording(page, "lvs-a-dr");
    await expect(first.locator("summary .figure")).toHaveCount(3);
    await first.locator("summary").click();
    await expect(first.getByRole("link")).toHaveCount(4);
    await expect(page.locator("[data-tools]")).toBeHidden();
  });
});

test("a recording opens by its name, both sides in one time line", async ({ page }) => {
  await page.goto("fidelity/#vrrp-m-sync-group");
  const opened = recording(page, "vrrp-m-sync-group");
  await expect(opened).toHaveAttribute("open", "");
  await expect(opened).toBeInViewport();
  const rows = opened.locator(".timeline li");
  await expect(rows.first()).toContainText("Starting Keepalived v2.2.7");
  const few = await rows.count();
  expect(few).toBeGreaterThan(200);
  await opened.getByRole("button", { name: /^Show all \d+$/ }).click();
  expect(await rows.count()).toBeGreaterThan(few);
  const times = await opened.locator(".at > span").allTextContents();
  expect(times).toEqual(times.toSorted((a, b) => Number(a) - Number(b)));
  await expect(opened.locator("ol")).toContainText("Entering FAULT STATE");
  await expect(opened.locator("ol .vip").first()).toHaveText("192.168.1.100");
});

test("kinds of rows can be taken out", async ({ page }) => {
  await page.goto("fidelity/#vrrp-d-link-down");
  const opened = recording(page, "vrrp-d-link-down");
  await expect(opened.locator("li.frame").first()).toBeVisible();
  await opened.getByLabel("frames").uncheck();
  await expect(opened.locator("li.frame")).toHaveCount(0);
  await expect(opened.locator("li.line").first()).toBeVisible();
  await opened.getByLabel("log lines").uncheck();
  await expect(opened.locator("li.line")).toHaveCount(0);
  await expect(opened.locator("li.output").first()).toBeVisible();
});

test("words filter the recordings, and the order can be turned", async ({ page }) => {
  await page.goto("fidelity/");
  const filter = page.getByLabel("Filter recordings");
  await filter.fill("POWER sync");
  await expect(page.locator("[data-found]")).toHaveText(/^2 of \d+ recordings$/);
  await expect(recording(page, "lvs-l-sync-power")).toBeVisible();
  await expect(recording(page, "lvs-a-dr")).toBeHidden();
  await filter.fill("no such words");
  await expect(page.getByText("No recording has these words.")).toBeVisible();
  await filter.fill("");
  await page.getByLabel("Order").selectOption("least");
  const least = await shown(page).evaluateAll((all) =>
    all.map((each) => Number((each as HTMLElement).dataset["least"])),
  );
  expect(least).toEqual(least.toSorted((a, b) => a - b));
});

test("the keyboard opens and closes a recording", async ({ page }) => {
  await page.goto("fidelity/");
  await recording(page, "lvs-a-dr").locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(recording(page, "lvs-a-dr").locator(".timeline li").first()).toBeVisible();
  await page.keyboard.press("Space");
  await expect(recording(page, "lvs-a-dr")).not.toHaveAttribute("open", "");
});

test("what cannot be fetched is said in its place, and tried again", async ({ page }) => {
  await page.route("**/fidelity/lvs-a-dr.json", (route) => route.abort());
  await page.goto("fidelity/#lvs-a-dr");
  const opened = recording(page, "lvs-a-dr");
  await expect(opened.getByRole("alert")).toContainText("could not be fetched");
  await page.unroute("**/fidelity/lvs-a-dr.json");
  await opened.getByRole("button", { name: "Try again" }).click();
  await expect(opened.locator(".timeline li").first()).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`an opened recording is accessible in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("zh/fidelity/#vrrp-r-config-errors");
    await expect(page.locator(".timeline li").first()).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
  });
}

for (const width of [360, 820, 1440]) {
  test(`an opened recording has no sideways scroll at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto("fidelity/#tools-output");
    await expect(page.locator(".timeline li").first()).toBeVisible();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
  });
}

test("the header leads to the page, on a phone the footer", async ({ page }) => {
  await page.goto("zh/");
  await page.locator("header").getByRole("link", { name: "可信度" }).click();
  await expect(page.locator("h1")).toHaveText("它有多可信");
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto("./");
  await expect(page.locator("header").getByRole("link", { name: "Fidelity" })).toBeHidden();
  await page.locator("footer").getByRole("link", { name: "How far to trust it" }).click();
  await expect(page.locator("h1")).toHaveText("How far to trust it");
});
