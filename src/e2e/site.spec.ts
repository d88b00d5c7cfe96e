// The site as a site: what a reader, a search engine and a screen reader meet on every page.

import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

const PAGES = [
  "./",
  "zh/",
  "chapters/failover/",
  "chapters/direct-routing/",
  "zh/chapters/failover/",
  "zh/chapters/direct-routing/",
  "lab/",
  "zh/lab/",
  "fidelity/",
  "zh/fidelity/",
  "404.html",
];

/** Collects what the browser complains of, and every request that leaves the site. */
function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isOwn = hostname === "127.0.0.1" || protocol === "data:" || protocol === "blob:";
    if (!isOwn) complaints.push(`request to ${request.url()}`);
  });
  return complaints;
}

for (const path of PAGES) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`${path} is accessible and quiet in ${colorScheme}`, async ({ page }) => {
      const complaints = listen(page);
      await page.emulateMedia({ colorScheme });
      await page.goto(path);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
      expect(complaints).toEqual([]);
    });
  }

  for (const width of [320, 390, 820, 1100, 1440]) {
    test(`${path} has no sideways scroll at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(width);
    });
  }
}

test("the policy forbids inline scripts and lets the page's own run", async ({ page }) => {
  const complaints = listen(page);
  await page.goto("./");
  const policy = page.locator("meta[http-equiv='content-security-policy' i]").first();
  const content = (await policy.getAttribute("content")) ?? "";
  expect(content).toMatch(/script-src 'self'/);
  expect(content).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
  await expect(page.getByRole("button", { name: "Dark" })).toBeVisible();
  expect(complaints).toEqual([]);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.wasRun = true";
    document.head.append(script);
  });
  expect(await page.evaluate(() => "wasRun" in window)).toBe(false);
});

test("a missing page answers 404, in both languages, its own first", async ({ page }) => {
  const response = await page.goto("zh/nowhere/");
  expect(response?.status()).toBe(404);
  await expect(page.locator("main h1")).toHaveText([
    "没有机器持有这个地址",
    "Nobody has this address",
  ]);
  await page.goto("nowhere/");
  await expect(page.locator("main h1").first()).toHaveText("Nobody has this address");
});

test("each page names itself, its other language and its picture", async ({ page, request }) => {
  for (const path of PAGES.filter((each) => !each.startsWith("404"))) {
    await page.goto(path);
    const canonical = (await page.locator("link[rel=canonical]").getAttribute("href")) ?? "";
    expect(new URL(canonical).pathname).toBe(new URL(page.url()).pathname);
    const alternates = page.locator("link[rel=alternate][hreflang]");
    const tags = await alternates.evaluateAll((all) =>
      all.map((each) => (each as HTMLLinkElement).hreflang),
    );
    expect(tags).toEqual(["en", "zh-CN", "x-default"]);
    for (const link of await alternates.all()) {
      const href = new URL((await link.getAttribute("href")) ?? "").pathname;
      expect((await request.get(href)).status(), href).toBe(200);
    }
    expect(await page.title()).toMatch(/Floating VIP|会搬家的地址/);
  }
});

test("the language switch keeps the place", async ({ page }) => {
  await page.goto("chapters/direct-routing/?seed=3#checked");
  await page.getByRole("link", { name: "中文" }).click();
  await expect(page).toHaveURL(/\/zh\/chapters\/direct-routing\/\?seed=3#checked$/);
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await page.getByRole("link", { name: "English" }).click();
  await expect(page).toHaveURL(/(?<!zh)\/chapters\/direct-routing\/\?seed=3#checked$/);
});

test("the theme follows the system, can be switched, and is remembered", async ({ page }) => {
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("./");
  expect(await paper()).toBe("rgb(18, 17, 16)");
  await page.getByRole("button", { name: "Light" }).click();
  expect(await paper()).toBe("rgb(244, 240, 231)");
  await page.goto("chapters/failover/");
  expect(await paper()).toBe("rgb(244, 240, 231)");
  await expect(page.getByRole("button", { name: "Dark" })).toBeVisible();
});

test("the first Tab offers to skip to the text", async ({ page }) => {
  await page.goto("chapters/direct-routing/");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the text" });
  await expect(skip).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
});

test("a published site has its picture, icon, sitemap and robots file", async ({ request }) => {
  for (const file of ["social.png", "favicon.svg", "sitemap-index.xml", "robots.txt"]) {
    expect((await request.get(file)).status(), file).toBe(200);
  }
  const sitemap = await (await request.get("sitemap-0.xml")).text();
  expect(sitemap).toContain('hreflang="zh-CN"');
  expect(sitemap).not.toContain("404");
});
