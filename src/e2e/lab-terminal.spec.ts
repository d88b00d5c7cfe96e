import { expect, type Page, test } from "@playwright/test";
import { openLab } from "./lab.ts";

async function console(page: Page, host: string) {
  await page.getByRole("button", { name: "Terminal", exact: true }).click();
  await page.getByRole("combobox", { name: "Host" }).last().selectOption(host);
  const text = page.locator(".xterm-accessibility, .xterm-rows").first();
  await expect(text).toContainText(`${host}:~#`);
  await page.locator(".xterm-helper-textarea").focus();
  return text;
}

test("a command is typed, answered, and gone again before it was typed", async ({ page }) => {
  await openLab(page, "./lab/");
  const text = await console(page, "keepalived-backup");
  await page.keyboard.type("ip -br addr show eth1");
  await page.keyboard.press("Enter");
  await expect(text).toContainText("192.168.88.9/24");
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(text).not.toContainText("192.168.88.9/24");
});

test("ping streams while time passes, and Ctrl-C ends it with its statistics", async ({ page }) => {
  await openLab(page, "./lab/");
  const text = await console(page, "client");
  await page.keyboard.type("ping 192.168.88.100");
  await page.keyboard.press("Enter");
  await expect(text).toContainText("icmp_seq=1");
  await expect(page.getByText("A command runs; Ctrl-C ends it.")).toBeVisible();
  await page.keyboard.press("Control+c");
  await expect(text).toContainText("packet loss", { timeout: 20_000 });
});

test("what is not there says so in one line", async ({ page }) => {
  await openLab(page, "./lab/");
  const text = await console(page, "client");
  await page.keyboard.type("emacs");
  await page.keyboard.press("Enter");
  await expect(text).toContainText("emacs: command not found");
});

test("the log tells of the takeover, and a line leads to its moment", async ({ page }) => {
  await openLab(page, "./lab/");
  await page.getByRole("button", { name: "Log", exact: true }).click();
  await page.getByRole("button", { name: "keepalived: cable", exact: true }).click();
  for (let i = 0; i < 8; i++) await page.getByRole("button", { name: "Next event" }).click();
  await page.getByRole("searchbox", { name: "Filter" }).fill("backup entering master");
  await expect(page.getByText("nothing")).toHaveCount(0);
  await page.getByRole("searchbox", { name: "Filter" }).fill("Entering MASTER");
  const line = page.getByRole("listitem").filter({ hasText: "keepalived-backup" }).last();
  await expect(line).toContainText("(HA_WebServer) Entering MASTER STATE");
  await line.getByRole("button").click();
  await expect(page.getByRole("slider")).toHaveAttribute("aria-valuetext", /^1[0-9]\.\d{3} s$/);
});
