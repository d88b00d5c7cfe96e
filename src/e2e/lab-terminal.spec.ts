// What a reader does at a host's console and in its log.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { openLab } from "./lab.ts";

test.setTimeout(60_000);

/** Opens the terminal of `host`; gives what stands in it. */
async function open(page: Page, host: string, path = "./lab/"): Promise<Locator> {
  await openLab(page, path);
  const name = path.includes("zh/") ? "终端" : "Terminal";
  await page.getByRole("button", { name, exact: true }).click();
  await page.locator(".console select").selectOption(host);
  const rows = page.locator(".xterm-rows");
  await expect(rows).toContainText(`${host}:~#`);
  await page.getByRole("textbox", { name: host }).focus();
  return rows;
}

async function enter(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
}

async function paste(page: Page, text: string): Promise<void> {
  await page.locator(".xterm-helper-textarea").evaluate((element, data) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", data);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
  }, text);
}

const time = async (page: Page): Promise<number> =>
  Number.parseFloat((await page.getByRole("slider").getAttribute("aria-valuetext")) ?? "");

test("a command is typed, answered, and gone again before it was typed", async ({ page }) => {
  const rows = await open(page, "keepalived-backup");
  await enter(page, "ip -br addr show eth1");
  await expect(rows).toContainText("192.168.88.9/24");
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(rows).not.toContainText("192.168.88.9/24");
});

test("ping streams, Ctrl-C ends it, time stops; rewound, the terminal shows what was there", async ({
  page,
}) => {
  const rows = await open(page, "client");
  const begin = await time(page);
  await enter(page, "ping 192.168.88.100");
  await expect(rows).toContainText("icmp_seq=2", { timeout: 20_000 });
  await expect(page.getByText("Time runs until the command ends.")).toBeVisible();
  await page.keyboard.press("Control+c");
  await expect(rows).toContainText("packet loss", { timeout: 20_000 });
  await expect(page.getByText("Time runs until the command ends.")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
  const ended = await time(page);
  await page.getByRole("slider").press("Home");
  await expect(rows).not.toContainText("ping");
  expect(await time(page)).toBeLessThan(begin);
  await page.getByRole("slider").press("End");
  await expect(rows).toContainText("packet loss");
  expect(await time(page)).toBe(ended);
});

test("the prompt's shell stays where it was; what is not there says so", async ({ page }) => {
  const rows = await open(page, "client");
  await paste(page, "cd /etc\nx=kept\nemacs\n");
  await expect(rows).toContainText("client:/etc# x=kept");
  await expect(rows).toContainText("bash: emacs: command not found");
  await paste(page, "for i in 1 2; do\necho $x $i\ndone\n");
  await expect(rows).toContainText("> done");
  await expect(rows).toContainText("kept 1");
  await expect(rows).toContainText("kept 2");
  // What a program prints is no command to the terminal.
  await enter(page, "printf '\\e[31mred'");
  await expect(rows).toContainText("[31mred");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(rows).toContainText(/client:\/etc# done\s*$/);
  await page.keyboard.press("Control+r");
  await page.keyboard.type("em");
  await expect(rows).toContainText("(reverse-i-search)`em': emacs");
});

test("Tab completes and, where there is nothing to complete, leaves", async ({ page }) => {
  const rows = await open(page, "node-1");
  await page.keyboard.type("cat /etc/hostn");
  await page.keyboard.press("Tab");
  await expect(rows).toContainText("cat /etc/hostname");
  await page.keyboard.press("Enter");
  await expect(rows).toContainText(/hostname\s+node-1/);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("textbox", { name: "node-1" })).not.toBeFocused();
});

test("a hint's command types itself into its host's terminal", async ({ page }) => {
  await openLab(page, "./lab/#scenario=split-firewall");
  await page.getByRole("button", { name: "Hint 1" }).click();
  await page.getByRole("button", { name: /iptables -A INPUT -p vrrp -j DROP/ }).click();
  const rows = page.locator(".xterm-rows");
  await expect(rows).toContainText("iptables -A");
  await expect(rows).toContainText(/-j DROP.*keepalived-backup:~# *$/s, { timeout: 15_000 });
});

test("a loop runs on while the reader goes back and forth, and the transcript is whole", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]).catch(() => undefined);
  const rows = await open(page, "node-1");
  await enter(page, "while true; do date +%s.%N; sleep 0.01; done");
  await expect(rows).toContainText(/\d{10}\.\d{9}/);
  for (const key of ["Home", "End", "Home", "End"]) {
    await page.getByRole("slider").press(key);
    if (key === "Home") await expect(rows).not.toContainText("while");
    else await expect(rows).toContainText(/\d{10}\.\d{9}/);
  }
  await page.getByRole("button", { name: "Ctrl-C" }).first().click();
  await page.getByRole("button", { name: "Copy as text" }).click();
  await expect(page.getByRole("button", { name: "Copied." })).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toMatch(/^node-1:~# while true; do date/);
  expect(text).toContain("^C");
});

test("the log tells of the takeover, and a line leads to its moment", async ({ page }) => {
  await openLab(page, "./lab/");
  await page.getByRole("button", { name: "Log", exact: true }).click();
  await page.getByRole("button", { name: "keepalived: cable", exact: true }).click();
  for (let i = 0; i < 8; i++) await page.getByRole("button", { name: "Next event" }).click();
  const lines = page.getByRole("list", { name: /^Log up to/ });
  const filter = page.getByRole("searchbox", { name: "Filter" });
  await page.getByRole("combobox", { name: "Process" }).selectOption("Keepalived_vrrp");
  await filter.fill("backup keepalived_vrrp[39]: (HA_WebServer) entering MASTER");
  const line = lines.locator("button.line");
  await expect(line).toHaveCount(1);
  await expect(line).toContainText("(HA_WebServer) Entering MASTER STATE");
  const at = (await line.locator(".time").textContent()) ?? "";
  await line.click();
  await expect(page.getByRole("slider")).toHaveAttribute("aria-valuetext", `${at} s`);
  await line.hover();
  await lines.getByRole("button", { name: "Why?" }).click();
  await expect(lines.locator(".chain")).toContainText("heard nothing from keepalived for 3.613 s");
  await page.getByRole("checkbox", { name: "time of day" }).check();
  await expect(line.locator(".time")).toHaveText(/^\d\d:\d\d:\d\d\.\d{3}$/);
  // The recorded future is not shown.
  await page.getByRole("slider").press("Home");
  await expect(line).toHaveCount(0);
  await filter.fill("<b>");
  await expect(page.getByText("No line up to now fits.")).toBeVisible();
});

test("terminal and log are accessible in both themes, and nothing is wider than a phone", async ({
  page,
}) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const rows = await open(page, "client", "./zh/lab/");
    await enter(page, "ping -c 1 192.168.88.100");
    await expect(rows).toContainText("packet loss", { timeout: 20_000 });
    for (const [tab, part] of [
      ["终端", ".console"],
      ["日志", ".log"],
    ] as const) {
      const button = page.getByRole("button", { name: tab, exact: true });
      if ((await button.getAttribute("aria-pressed")) !== "true") await button.click();
      await expect(page.locator(part)).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).include(part).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
      for (const width of [360, 1440]) {
        await page.setViewportSize({ width, height: 844 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide, `${part} at ${width}`).toBeLessThanOrEqual(width);
      }
    }
  }
});
