import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { openLab } from "./lab.ts";

test("a link reopens the run at its second, in the other language too", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]).catch(() => undefined);
  await openLab(page, "./lab/");
  await page.getByRole("button", { name: "keepalived: cable", exact: true }).click();
  for (let i = 0; i < 8; i++) await page.getByRole("button", { name: "Next event" }).click();
  const second = await page.getByRole("slider").getAttribute("aria-valuetext");
  await page.getByRole("button", { name: "Share this moment" }).click();
  await expect(page.getByText(/It carries a password: 123456/)).toBeVisible();
  await page.getByRole("button", { name: "Copy a link to this second" }).click();
  await expect(page.getByRole("alert")).toContainText("it opens this run at");
  const link = new URL(page.url());
  await page.goto("about:blank");
  await openLab(page, `./zh/lab/${link.hash}`);
  await expect(page.getByRole("slider")).toHaveAttribute("aria-valuetext", second ?? "");
  await expect(page.getByText("在 keepalived-backup 上").first()).toBeVisible();
});

test("a link that is cut short is told of and changes nothing", async ({ page }) => {
  await openLab(page, "./lab/#run=1.abc");
  await expect(page.getByRole("alert")).toContainText("Nothing was changed");
  await expect(page.getByRole("slider")).toHaveAttribute("aria-valuetext", "11.600 s");
});

test("a capture and a scenario are taken away; the scenario opens again", async ({ page }) => {
  await openLab(page, "./lab/");
  await page.getByRole("button", { name: "keepalived: cable", exact: true }).click();
  await page.getByRole("button", { name: "Share this moment" }).click();
  const [pcap] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: /pcap/ }).click(),
  ]);
  const bytes = await readFile(await pcap.path());
  expect(bytes.readUInt32LE(0)).toBe(0xa1b2c3d4);
  expect(bytes.length).toBeGreaterThan(1000);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: /^Scenario file/ }).click(),
  ]);
  const text = await readFile(await file.path(), "utf8");
  expect(text).toContain('"link-down"');
  const chooser = page.locator('input[type="file"]');
  await chooser.setInputFiles({
    name: "x.json",
    mimeType: "application/json",
    buffer: Buffer.from("{"),
  });
  await expect(page.getByRole("alert")).toContainText("nothing was changed");
  await chooser.setInputFiles({
    name: "mine.json",
    mimeType: "application/json",
    buffer: Buffer.from(text),
  });
  await expect(page.getByRole("slider")).toHaveAttribute("aria-valuetext", "0.000 s");
});

test("a recording's scenario plays in the lab", async ({ page }) => {
  await page.goto("./fidelity/#vrrp-b-stop-start");
  const recording = page.locator('details[id="vrrp-b-stop-start"]');
  await recording.getByRole("link", { name: "Play it in the lab" }).click();
  await expect(page).toHaveURL(/lab\/#recording=vrrp-b-stop-start$/);
  const slider = page.getByRole("slider");
  await expect(slider).toHaveAttribute("aria-valuetext", "0.000 s");
  for (let i = 0; i < 4; i++) await page.getByRole("button", { name: "Next event" }).click();
  await expect(slider).not.toHaveAttribute("aria-valuetext", "0.000 s");
  await page.goto("./lab/#recording=no-such-thing");
  await expect(page.getByRole("alert")).toContainText("nothing was changed");
});

/** Lets a file fall on the page, as a mouse would. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([fileName, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], fileName));
      return transfer;
    },
    [name, text] as const,
  );
  await page.dispatchEvent(".lab-plate", "drop", { dataTransfer: data });
}

test("a dropped keepalived.conf becomes a draft; what is no scenario changes nothing", async ({
  page,
}) => {
  await openLab(page, "./lab/");
  await drop(page, "mine.conf", "vrrp_instance X {\n  priorty 1\n}\n");
  await expect(page.locator(".cm-content")).toContainText("priorty 1");
  await expect(page.getByText("Unknown keyword 'priorty'").first()).toBeVisible();
  await drop(page, "mine.json", "{ <script>alert(1)</script>");
  await expect(page.getByRole("alert")).toContainText("nothing was changed");
  await expect(page.locator(".cm-content")).toContainText("priorty 1");
});
