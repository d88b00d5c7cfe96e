// What a reader does with two runs: picks a pair, moves the one cursor, reads what differs, opens one
// of them in the lab, and sets the run at hand against itself.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { openLab } from "./lab.ts";

const dialog = (page: Page): Locator =>
  page.getByRole("dialog", { name: /one time axis|一条时间轴/ });
const verdict = (page: Page): Locator => dialog(page).locator(".verdict");
const sliders = (page: Page): Locator => dialog(page).getByRole("slider");

async function openCompare(page: Page, path = "./lab/", menu = "Compare"): Promise<void> {
  await openLab(page, path);
  await page.getByRole("button", { name: menu, exact: true }).click();
  await expect(dialog(page)).toBeVisible();
}
async function pick(page: Page, pair: string): Promise<void> {
  await dialog(page).getByRole("button", { name: pair }).click();
  await expect(verdict(page)).toBeVisible();
}

test("a pair is picked by keyboard, both are at one second, and Escape gives the lab back", async ({
  page,
}) => {
  await openCompare(page, "./lab/#scenario=drain");
  await expect(dialog(page).getByRole("button", { name: "Stop against power cut" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(verdict(page)).toHaveText("“power cut” loses 3.0 s, “systemctl stop” 0.5 s.");
  await expect(page).toHaveURL(/#compare=stop-power$/);
  const times = (): Promise<(string | null)[]> =>
    sliders(page).evaluateAll((all) => all.map((each) => each.getAttribute("aria-valuetext")));
  await sliders(page).first().press("Home");
  expect(await times()).toEqual(["9.000 s", "9.000 s"]);
  await sliders(page).nth(1).press("Shift+ArrowRight");
  expect(await times()).toEqual(["10.000 s", "10.000 s"]);
  await expect(dialog(page).getByText("3.0 s without an answer")).toHaveCount(0);
  await sliders(page).nth(1).press("End");
  await expect(dialog(page).getByText("3.0 s without an answer")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Compare", exact: true })).toBeFocused();
  await expect(page).toHaveURL(/#scenario=drain$/);
  await expect(page.getByRole("button", { name: /^Scenario/ })).toContainText("Drain a server");
});

test("what differs is charted, counted and told line by line", async ({ page }) => {
  await openCompare(page);
  await pick(page, "wlc, weights 3:1 against 1:1");
  await expect(verdict(page)).toHaveText(/^node-1 gives 75 % .* in “3:1”, 50 % in “1:1”\.$/);
  const charts = dialog(page).getByRole("img");
  await expect(charts).toHaveCount(4);
  await expect(charts.nth(0)).toHaveAccessibleName("Answers so far: 3:1 40, 1:1 40 at the end");
  await expect(charts.nth(3)).toHaveAccessibleName(/node-1: 3:1 30, 1:1 20; node-2: 3:1 10/);
  const row = dialog(page).getByRole("row", { name: /answered by node-2/ });
  await expect(row.getByRole("cell")).toHaveText(["10", "20"]);
  await expect(dialog(page).getByRole("row", { name: /adverts/ })).toHaveCount(0);
  await expect(dialog(page).getByText(/Alike: .*adverts sent 20/)).toBeVisible();
  const lines = dialog(page)
    .getByRole("listitem")
    .filter({ hasText: /weight \d$/ });
  await expect(lines).toHaveText([/^A\s*weight 3$/, /^B\s*weight 1$/]);
});

test("one of the two is opened in the lab, at the second shown, and can be taken back", async ({
  page,
}) => {
  await openLab(page, "./lab/#compare=stop-crash");
  await expect(verdict(page)).toHaveText(/^“keepalived killed” loses 0\.0 s/);
  await sliders(page).first().press("End");
  await dialog(page).getByRole("button", { name: "Open B in the lab" }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^Scenario/ })).toContainText(
    "Stop against crash: keepalived killed",
  );
  await expect(page.getByRole("slider")).toHaveAttribute("aria-valuetext", "24.000 s");
  await expect(page.getByText("on keepalived, keepalived-backup: two owners")).toBeVisible();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByRole("definition").nth(1)).toContainText("on keepalived");
});

test("the run at hand against itself: its pulled cable becomes a power cut", async ({ page }) => {
  await openLab(page, "./lab/");
  await page.getByRole("button", { name: "keepalived: cable", exact: true }).click();
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  const what = dialog(page).getByRole("combobox", { name: "What is different" });
  await expect(what.locator("option:checked")).toHaveText("what befalls the director");
  await dialog(page)
    .getByRole("combobox", { name: "in place of cable pulled" })
    .selectOption("keepalived killed");
  await dialog(page).getByRole("button", { name: "Run both" }).click();
  await expect(verdict(page)).toHaveText(
    /^“keepalived killed” loses 0\.0 s, “cable pulled” \d\.\d s/,
  );
  await what.selectOption("scheduler");
  await dialog(page)
    .getByRole("combobox", { name: "in place of lb_algo wlc" })
    .selectOption("lb_algo sh");
  await dialog(page).getByRole("button", { name: "Run both" }).click();
  await expect(dialog(page).getByRole("heading", { name: "B lb_algo sh" })).toBeVisible();
  await expect(dialog(page).getByRole("listitem").filter({ hasText: "lb_algo sh" })).toBeVisible();
});

test("what cannot be fetched is said, and tried again", async ({ page }) => {
  await openCompare(page);
  await page.route("**/lab/scenarios/*.json", (route) => route.abort());
  await dialog(page).getByRole("button", { name: "DR against NAT" }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("the lab is as it was");
  await page.unroute("**/lab/scenarios/*.json");
  await dialog(page).getByRole("button", { name: "Try again" }).click();
  await expect(verdict(page)).toHaveText(/^“NAT” loses 9\.\d s, “DR” 3\.\d s\.$/);
});

test("both are run in turns: the page is never busy for long", async ({ page }) => {
  await openCompare(page);
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      seen.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: "longtask" });
  });
  await pick(page, "Stop against power cut");
  await expect(dialog(page).getByRole("img")).toHaveCount(4);
  await pick(page, "wrr against lc");
  await expect(verdict(page)).toContainText("node-1 gives");
  await expect(dialog(page).getByRole("img")).toHaveCount(4);
  const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen);
  // The budget is 50 ms; a time fails a test only beyond twice its budget.
  expect(Math.max(0, ...seen)).toBeLessThan(100);
});

for (const { path, menu, pair, scheme, width } of [
  {
    path: "./lab/",
    menu: "Compare",
    pair: "With and without arp_ignore",
    scheme: "light",
    width: 1440,
  },
  { path: "./zh/lab/", menu: "对比", pair: "停止，还是断电", scheme: "dark", width: 1440 },
  { path: "./zh/lab/", menu: "对比", pair: "rr 与 sh", scheme: "light", width: 390 },
] as const) {
  test(`axe finds nothing at ${path}, ${scheme}, ${width} px, and nothing is cut`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 900 });
    await openCompare(page, path, menu);
    await pick(page, pair);
    await expect(dialog(page).getByRole("img")).toHaveCount(4);
    const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`)).toEqual([]);
    const over = await dialog(page).evaluate((box) => box.scrollWidth - box.clientWidth);
    expect(over).toBe(0);
  });
}
