// What a reader does with frames: reads one layer by layer with its bytes, follows a packet through
// the director, filters the list, climbs the ladder, and asks why.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { openLab } from "./lab.ts";

test.setTimeout(60_000);

const LABS = [
  { path: "lab/", forward: "The next frame", next: "Next hop", why: "Why?", all: "All frames" },
  { path: "zh/lab/", forward: "下一帧", next: "下一跳", why: "为什么？", all: "所有帧" },
];
const [EN] = LABS;

const packet = (page: Page): Locator => page.locator("article.packet");
const field = (page: Page, key: string): Locator => packet(page).locator(`[data-field="${key}"]`);

async function open(page: Page, path = EN?.path ?? ""): Promise<void> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openLab(page, path);
  await expect(packet(page)).toBeVisible();
}

async function button(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

/** Where nothing moves the frames stand open already. */
async function openFrames(page: Page): Promise<void> {
  const tab = page.getByRole("button", { name: "All frames", exact: true });
  if ((await tab.getAttribute("aria-pressed")) === "false") await tab.click();
  await button(page, "List");
}

/** Steps until the panel's title holds `title`. */
async function stepTo(page: Page, forward: string, title: string | RegExp): Promise<void> {
  await expect(async () => {
    await button(page, forward);
    await expect(packet(page).locator("h3")).toContainText(title, { timeout: 150 });
  }).toPass({ timeout: 30_000 });
}

test("step to a gratuitous ARP and read its fields and its bytes", async ({ page }) => {
  await open(page);
  await openFrames(page);
  await page.getByRole("button", { name: "Ladder" }).waitFor();
  await page.getByRole("textbox", { name: "Filter" }).fill("garp");
  const rows = page.getByRole("listbox", { name: /All frames/ }).getByRole("option");
  await expect(rows.first()).toBeVisible();
  await rows.first().click();
  await expect(packet(page).locator("h3")).toContainText("Gratuitous ARP");
  await expect(packet(page).locator("h3")).toContainText("first of five");
  await expect(field(page, "arp.senderIp")).toContainText("192.168.88.100");
  await expect(field(page, "arp.senderMac")).toContainText("02:00:00:00:58:08");
  await expect(field(page, "ethernet.destination")).toContainText("ff:ff:ff:ff:ff:ff");
  await button(page, "Bytes");
  // A field marks its bytes, and the bytes their field.
  await field(page, "arp.senderIp").hover();
  const bytes = packet(page).locator('[data-bytes="arp.senderIp"]');
  await expect(bytes.first()).toHaveClass(/marked/);
  expect((await bytes.allTextContents()).join(" ")).toBe("c0 a8 58 64");
  await packet(page).locator('[data-first="ethernet.source"]').focus();
  await expect(field(page, "ethernet.source")).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowRight");
  await expect(field(page, "ethernet.type")).toHaveAttribute("aria-selected", "true");
});

for (const { path, forward, next } of LABS) {
  test(`a request through the director: TTL 64 to 63, another MAC at ${path}`, async ({ page }) => {
    await open(page, path);
    await stepTo(page, forward, "TCP SYN");
    await expect(field(page, "ip.ttl")).toContainText("64");
    await button(page, next);
    const hop = packet(page).locator("section.hop");
    await expect(hop.locator("strong")).toHaveText([/^02:00:00:00:58:0[ab]$/, "63"]);
    await expect(hop.locator("s")).toHaveText([/02:00:00:00:58:08$/, /64$/]);
    await expect(hop).toContainText("lo");
    await expect(field(page, "ip.destination")).toContainText("192.168.88.100");
  });
}

test("why the takeover? It leads back to the pulled cable", async ({ page }) => {
  await open(page);
  await page
    .getByRole("button", { name: /keepalived: pull the cable/i })
    .first()
    .click();
  await stepTo(page, "The next frame", "Gratuitous ARP");
  await button(page, "Why?");
  const why = page.getByRole("list", { name: /^Why/ });
  await expect(why.getByRole("listitem").first()).toContainText(/You: keepalived.*cable/);
  await expect(why).toContainText(/keepalived-backup heard nothing from keepalived for 3\.61\d s/);
  await expect(why.getByRole("listitem").last()).toContainText("told everyone");
  // A step leads to its moment.
  await why.getByRole("button").first().click();
  await expect(packet(page)).toBeVisible();
});

test("an event may be asked about where time stops at it: a request that was lost", async ({
  page,
}) => {
  await open(page);
  await page
    .getByRole("button", { name: /keepalived: pull the cable/i })
    .first()
    .click();
  const turn = page.getByRole("region", { name: "What has just happened" });
  await expect(async () => {
    await button(page, "Next event");
    await expect(turn).toContainText("client gave up waiting", { timeout: 150 });
  }).toPass({ timeout: 30_000 });
  await turn.getByRole("button", { name: "Why did it?" }).click();
  await expect(turn.getByRole("listitem").first()).toContainText(/You: keepalived.*cable/);
  await expect(turn).toContainText("client sent its request to the MAC of keepalived");
  await expect(turn).toContainText("it was lost: no machine with that MAC is at the switch");
});

test("the list by keyboard, the ladder, and a filter that is not understood", async ({ page }) => {
  await open(page);
  await openFrames(page);
  const list = page.getByRole("listbox", { name: /All frames/ });
  const filter = page.getByRole("textbox", { name: "Filter" });
  await filter.fill("tcp from client");
  await list.focus();
  await page.keyboard.press("Home");
  await expect(list.getByRole("option", { selected: true })).toContainText("Flags [S]");
  await page.keyboard.press("ArrowDown");
  await expect(list.getByRole("option", { selected: true })).toHaveAttribute("aria-posinset", "2");
  await page.keyboard.press("Home");
  await filter.fill("port x<b>");
  await expect(page.getByText("“x<b>” is no port: 0 to 65535.")).toBeVisible();
  await expect(list.getByRole("option").first()).toBeVisible();
  await button(page, "Ladder");
  const rungs = page.getByRole("group", { name: /order of time/ }).getByRole("button");
  await expect(rungs.first()).toHaveAccessibleName(/client to keepalived: SYN/);
  await expect(rungs.nth(1)).toHaveAccessibleName(/keepalived to node-\d: same SYN .* TTL 63/);
  await rungs.nth(1).press("Enter");
  await expect(packet(page).locator("section.hop")).toContainText("63");
});

test("the player stops for what the reader chose", async ({ page }) => {
  await open(page);
  await openFrames(page);
  await button(page, "Stop for");
  const kinds = page.getByRole("group", { name: "The player slows down for" });
  for (const name of ["ARP requests", "ARP replies", "gratuitous ARP", "requests", "answers"]) {
    await kinds.getByRole("button", { name, exact: true }).click();
  }
  for (let step = 0; step < 3; step++) {
    await button(page, "The next frame");
    await expect(packet(page).locator("h3")).toContainText("VRRP advert");
  }
});

test("packet and frames are accessible in both themes, and nothing is wider than a phone", async ({
  page,
}) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await openLab(page, "lab/");
    await stepTo(page, "The next frame", "TCP SYN");
    await button(page, "Next hop");
    await button(page, "Bytes");
    await button(page, "Why?");
    await openFrames(page);
    for (const view of ["List", "Ladder", "Stop for"]) {
      await button(page, view);
      const { violations } = await new AxeBuilder({ page })
        .include("article.packet")
        .include(".frames")
        .analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
    }
  }
  for (const width of [360, 390]) {
    await page.setViewportSize({ width, height: 844 });
    for (const view of ["List", "Ladder", "Stop for"]) {
      await button(page, view);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, `${view} at ${width}`).toBeLessThanOrEqual(width);
    }
  }
});
