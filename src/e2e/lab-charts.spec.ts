import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { openLab } from "./lab.ts";

/** The picture's description, which says in words what is drawn. */
async function told(picture: Locator): Promise<string> {
  return (await picture.getAttribute("aria-label")) ?? "";
}

async function playUntil(page: Page, isReached: () => Promise<boolean>): Promise<void> {
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(isReached, { timeout: 30_000 }).toBe(true);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
}

async function openCharts(page: Page, view: string): Promise<void> {
  const charts = page.getByRole("button", { name: "Charts", exact: true });
  if ((await charts.getAttribute("aria-pressed")) === "false") await charts.click();
  await page.getByRole("button", { name: view, exact: true }).click();
}

async function clock(page: Page): Promise<number> {
  const now = await page.getByRole("slider", { name: "Time of" }).getAttribute("aria-valuenow");
  return Number(now);
}

test("traffic is shared out; a director loses power, and the outage is measured", async ({
  page,
}) => {
  test.setTimeout(90_000);
  await openLab(page, "./lab/");
  await page.getByRole("button", { name: /^Traffic/ }).click();
  await page.getByRole("button", { name: "requests / s: more" }).click();
  await openCharts(page, "Requests");
  const requests = page.getByRole("img", { name: /^Requests per server up to/ });
  const counts = async () =>
    [...(await told(requests)).matchAll(/node-\d: (\d+) of (\d+), by weight (\d+\.\d)/g)].map(
      ([, count, total, fair]) => ({
        count: Number(count),
        total: Number(total),
        fair: Number(fair),
      }),
    );
  await playUntil(page, async () => ((await counts())[0]?.total ?? 0) >= 12);
  const [first, second] = await counts();
  expect((first?.count ?? 0) + (second?.count ?? 0)).toBe(first?.total);
  expect(Math.abs((first?.count ?? 0) - (first?.fair ?? 0))).toBeLessThanOrEqual(1);

  await page.getByRole("button", { name: /^Faults/ }).click();
  await page.getByRole("button", { name: "keepalived: power", exact: true }).click();
  await openCharts(page, "Client");
  const client = page.getByRole("img", { name: /^Requests of the client/ });
  await expect(client).toHaveAccessibleName(/Never without an answer/);
  const answer = page.getByRole("definition").last();
  await playUntil(page, async () => /without an answer/.test((await answer.textContent()) ?? ""));
  const measured = /after ([\d.]+) s without/.exec((await answer.textContent()) ?? "")?.[1] ?? "";
  await expect(client).toHaveAccessibleName(new RegExp(`\\. ${measured} s without an answer from`));
  await expect(client.getByText(`${measured} s`, { exact: true })).toBeVisible();
  await expect(client.locator("[aria-label]")).toHaveCount(0);

  await openCharts(page, "Connections");
  const tables = page.getByRole("img", { name: /^Connections per server/ });
  await expect(tables).toHaveAccessibleName(/in the table of keepalived-backup/);
});

test("a click in a chart seeks, and what is recorded beyond stays there, pale", async ({
  page,
}) => {
  await openLab(page, "./lab/");
  await openCharts(page, "Client");
  await page.getByRole("slider", { name: "Time of" }).focus();
  await page.keyboard.press("PageUp");
  const client = page.getByRole("img", { name: /^Requests of the client/ });
  await expect(client).toHaveAccessibleName(/answered 2\d,/);
  const end = await clock(page);
  const box = await client.boundingBox();
  if (box === null) throw new Error("no picture");
  const pale = client.locator('[opacity="0.4"]:is(path, rect)');
  await expect(pale).toHaveCount(0);
  await page.mouse.click(box.x + box.width * 0.45, box.y + box.height / 2);
  await expect.poll(() => clock(page)).toBeLessThan(end - 2);
  const now = await clock(page);
  await expect(client).toHaveAccessibleName(new RegExp(`up to ${now.toFixed(3)} s`));
  await expect(pale.first()).toBeVisible();
  const line = await page.locator(".charts .cursor").boundingBox();
  expect(Math.abs((line?.x ?? 0) - (box.x + box.width * 0.45))).toBeLessThanOrEqual(2);
});

test("what is drawn is copied as text", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openLab(page, "./lab/#scenario=weights");
  await expect(page.getByText("wrr with weights 3 and 1.")).toBeVisible();
  await page.getByRole("slider", { name: "Time of" }).focus();
  await page.keyboard.press("PageUp");
  await openCharts(page, "Requests");
  await page.getByRole("button", { name: "Copy as CSV" }).click();
  await expect(page.getByText(/^Copied: \d+ lines$/)).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const [head, ...lines] = text.trimEnd().split("\n");
  expect(head).toBe("time,director,server,fair node-1,fair node-2");
  const own = lines.filter((line) => line.includes(",keepalived,node-1,0.7500,0.2500"));
  expect(lines.length).toBeGreaterThanOrEqual(20);
  expect(Math.abs(own.length - 0.75 * lines.length)).toBeLessThanOrEqual(1);
});

test("with nobody asking a sentence says how to begin", async ({ page }) => {
  await openLab(page, "./lab/#scenario=first-start");
  await expect(page.getByRole("button", { name: /First start|Scenario/ }).first()).toBeVisible();
  await openCharts(page, "Client");
  await expect(page.getByText(/^Nobody has asked yet\. Under Traffic set/)).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the charts are accessible on a phone, ${colorScheme}`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme });
    await openLab(page, "./zh/lab/");
    await page.getByRole("button", { name: "图表", exact: true }).click();
    for (const [view, name] of [
      ["请求", /^到 .*各服务器的请求数/],
      ["连接", /各服务器的连接数/],
      ["客户端", /客户端的请求/],
    ] as const) {
      await page.getByRole("button", { name: view, exact: true }).click();
      await expect(page.getByRole("img", { name })).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).include(".charts").analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
    }
    const excess = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(excess).toBe(0);
  });
}
