// What readers do with the figures: pull the cable, wait, put it back, drag the time, choose a
// fault, walk a packet, guess. In both languages, by mouse and by keyboard.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";

// A figure shows every hop: half a minute of the reader's time holds some ten seconds of the lab's.
test.setTimeout(90_000);

const PAGES = [
  { path: "./", pull: "Pull the cable", back: "Put the cable back" },
  { path: "./zh/", pull: "拔掉网线", back: "插回网线" },
];

const figure = (page: Page) => page.locator("figure.figure-plate").first();
/** A click before the figure is awake would be lost; a reader clicks again. */
const awake = (page: Page) =>
  page.locator("astro-island:not([ssr])").first().waitFor({ state: "attached" });
const primary = (page: Page) => figure(page).locator("button.primary");

for (const { path, pull, back } of PAGES) {
  test(`the cable is pulled and put back at ${path}`, async ({ page }) => {
    await page.goto(path);
    await awake(page);
    await page.getByRole("button", { name: pull }).click();
    await expect(figure(page).getByText("FAULT").first()).toBeVisible();
    await expect(page.getByRole("button", { name: back })).toBeVisible({ timeout: 40_000 });
    await expect(figure(page).locator("p.unseen")).toContainText("keepalived-backup");
    await page.getByRole("button", { name: back }).click();
    await expect(figure(page).locator("p.unseen")).toContainText("keepalived");
  });
}

test("by keyboard alone: the button, then the time", async ({ page }) => {
  await page.goto("./");
  await awake(page);
  await primary(page).focus();
  await page.keyboard.press("Enter");
  await expect(figure(page).getByText("FAULT").first()).toBeVisible();
  const slider = figure(page).getByRole("slider");
  await slider.focus();
  const before = Number(await slider.getAttribute("aria-valuenow"));
  await page.keyboard.press("Shift+ArrowLeft");
  const after = Number(await slider.getAttribute("aria-valuenow"));
  expect(before - after).toBeGreaterThan(0.9);
  await page.keyboard.press("Home");
  expect(Number(await slider.getAttribute("aria-valuenow"))).toBeLessThan(9);
});

test("with reduced motion nothing moves until it is asked to", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("./");
  const slider = figure(page).getByRole("slider");
  await expect(slider).toBeVisible();
  await page.waitForLoadState("networkidle");
  const before = await slider.getAttribute("aria-valuenow");
  await page.getByRole("button", { name: "One frame" }).click();
  await expect(slider).not.toHaveAttribute("aria-valuenow", before ?? "");
});

test("the chapter on failover offers four faults, and a crash costs nothing", async ({ page }) => {
  await page.goto("./chapters/failover/");
  const radios = figure(page).getByRole("radio");
  await expect(radios).toHaveCount(4);
  await figure(page).scrollIntoViewIfNeeded();
  await expect(async () => {
    await figure(page).getByRole("radio", { name: "crash" }).click({ timeout: 1000 });
    await page.getByRole("button", { name: "Kill keepalived" }).click({ timeout: 1000 });
  }).toPass();
  await expect(page.getByRole("button", { name: "Start it again" })).toBeVisible({
    timeout: 40_000,
  });
  await expect(figure(page).getByText("The client lost nothing.")).toBeVisible();
  await expect(figure(page).getByText("Both machines hold the address.")).toBeVisible();
});

test("a guess is struck or kept beside what happened", async ({ page }) => {
  await page.goto("./chapters/direct-routing/");
  const wrong = page.getByRole("button", { name: "the destination IP only" });
  await wrong.scrollIntoViewIfNeeded();
  await expect(async () => {
    await wrong.click({ timeout: 1000 });
    await expect(page.getByText("what happened", { exact: true })).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(page.getByText("your answer", { exact: true })).toBeVisible();
});

test("the walk of a packet: the second hop rewrites MAC and TTL", async ({ page }) => {
  await page.goto("./chapters/direct-routing/");
  const walkOn = figure(page).locator(".controls button.primary");
  await figure(page).scrollIntoViewIfNeeded();
  await expect(async () => {
    await walkOn.click({ timeout: 1000 });
    await expect(figure(page).getByText("Same packet, next hop")).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(figure(page).getByText("rewritten here")).toBeVisible();
  const card = figure(page).locator("article");
  await expect(card.getByText(/02:00:00:00:58:0[ab]/).first()).toBeVisible();
  await expect(card.getByText("63", { exact: true }).first()).toBeVisible();
  await walkOn.click();
  await expect(figure(page).locator(".note")).toContainText("The director never sees this packet.");
});

test("nothing is wider than a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["./", "./chapters/failover/", "./zh/chapters/direct-routing/"]) {
    await page.goto(path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, path).toBeLessThanOrEqual(390);
  }
});

test("before the fault there is a fault to choose again", async ({ page }) => {
  await page.goto("./");
  await awake(page);
  await page.getByRole("button", { name: "Pull the cable" }).click();
  await expect(page.getByRole("button", { name: "Put the cable back" })).toBeVisible({
    timeout: 60_000,
  });
  await figure(page).getByRole("slider").focus();
  await page.keyboard.press("Home");
  await page.getByRole("button", { name: "Pull the cable" }).click();
  await expect(page.getByRole("button", { name: "Put the cable back" })).toBeVisible({
    timeout: 60_000,
  });
});

test("the file is changed in the chapter: keepalived's complaint, and a longer wait", async ({
  page,
}) => {
  await page.goto("./chapters/failover/");
  await figure(page).scrollIntoViewIfNeeded();
  await expect(async () => {
    await figure(page).getByRole("button", { name: "keepalived.conf" }).click({ timeout: 1000 });
    await expect(figure(page).locator(".cm-editor")).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(figure(page).getByText("Unknown keyword 'nat_mask'").first()).toBeVisible();
  await figure(page).getByRole("button", { name: "Switches" }).click();
  await figure(page).getByRole("button", { name: "advert_int: more" }).click();
  await figure(page).getByRole("button", { name: "Apply" }).first().click();
  await expect(figure(page).getByText("after 6.613 s of silence")).toBeVisible();
  // Another fault begins anew, and with the files that were applied.
  await figure(page).getByRole("radio", { name: "cable" }).click();
  await expect(figure(page).getByText("after 6.613 s of silence")).toBeVisible();
  await page.getByRole("button", { name: "Pull the cable" }).click();
  await expect(page.getByRole("button", { name: "Put the cable back" })).toBeVisible({
    timeout: 60_000,
  });
});

test("a command in the text types itself into the figure's terminal", async ({ page }) => {
  await page.goto("./chapters/failover/");
  await page.getByRole("button", { name: "systemctl stop keepalived", exact: true }).click();
  await expect(figure(page).locator(".xterm-rows")).toContainText("systemctl stop keepalived");
  await expect(page.getByRole("button", { name: "Start it again" })).toBeVisible({
    timeout: 40_000,
  });
  await expect(figure(page).getByText("keepalived-backup has the address.")).toBeVisible();
});

test("a figure's run goes on in the lab, and in the other language", async ({ page }) => {
  await page.goto("./");
  await awake(page);
  await page.getByRole("button", { name: "Pull the cable" }).click();
  await expect(page.getByRole("button", { name: "Put the cable back" })).toBeVisible({
    timeout: 60_000,
  });
  await page.getByRole("link", { name: "中文" }).click();
  await expect(page.getByRole("button", { name: "插回网线" })).toBeVisible();
  await page.getByRole("link", { name: "在实验室里打开这一次运行" }).click();
  await expect(page).toHaveURL(/\/zh\/lab\/#run=1/);
  await expect(page.locator(".lab-plate").getByText("网线已拔").first()).toBeVisible({
    timeout: 20_000,
  });
});

test("the space bar scrolls a chapter; F fills the screen, where it plays", async ({ page }) => {
  await page.goto("./chapters/failover/");
  await figure(page).scrollIntoViewIfNeeded();
  const pause = figure(page).getByRole("button", { name: "Pause", exact: true });
  await expect(pause).toBeVisible();
  const before = await page.evaluate(() => scrollY);
  await page.keyboard.press("Space");
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(before);
  await expect(pause).toBeVisible();
  await figure(page).scrollIntoViewIfNeeded();
  await page.keyboard.press("f");
  await expect(figure(page)).toHaveClass(/classroom/);
  await page.keyboard.press("Space");
  await expect(figure(page).getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(figure(page)).not.toHaveClass(/classroom/);
});

for (const { path, parts } of [
  {
    path: "./chapters/failover/",
    parts: ["Switches", "keepalived.conf", "Terminal", "Log", "Tables", "All frames"],
  },
  {
    path: "./zh/chapters/direct-routing/",
    parts: ["开关", "keepalived.conf", "终端", "表格", "所有帧"],
  },
]) {
  test(`the parts under the figure of ${path} are accessible, and no wider than a phone`, async ({
    page,
  }) => {
    for (const [colorScheme, width] of [["light", 1440] as const, ["dark", 390] as const]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto(path);
      await figure(page).scrollIntoViewIfNeeded();
      for (const part of parts) {
        const tab = figure(page).getByRole("button", { name: part, exact: true }).first();
        // The figure may still be asleep.
        await expect(async () => {
          if ((await tab.getAttribute("aria-pressed")) !== "true") await tab.click();
          await expect(tab).toHaveAttribute("aria-pressed", "true", { timeout: 500 });
        }).toPass();
        await page.waitForLoadState("networkidle");
        const { violations } = await new AxeBuilder({ page }).include("figure").analyze();
        expect(violations, `${part} ${colorScheme}`).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide, part).toBeLessThanOrEqual(width);
      }
    }
  });
}
