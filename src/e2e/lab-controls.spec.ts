import { expect, test } from "@playwright/test";
import { openLab } from "./lab.ts";

test("a cable is pulled in the matrix: FAULT, the address moves, and Undo takes it back", async ({
  page,
}) => {
  await openLab(page, "./lab/");
  const cell = page.getByRole("button", { name: "keepalived: cable", exact: true });
  await cell.click();
  await expect(cell).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByText("1: keepalived cable")).toBeVisible();
  for (let i = 0; i < 8; i++) await page.getByRole("button", { name: "Next event" }).click();
  await expect(page.getByText("on keepalived-backup").first()).toBeVisible();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(cell).toHaveAttribute("aria-pressed", "false");
  await expect(page.getByRole("definition").nth(1)).toContainText("on keepalived");
});

test("advert_int is edited, applied by a reload, and the backup waits longer", async ({ page }) => {
  await openLab(page, "./lab/");
  await page.getByRole("button", { name: /^Switches/ }).click();
  await page.getByRole("button", { name: "advert_int: more" }).click();
  await expect(page.getByText("2 edited, not applied")).toBeVisible();
  await page.getByRole("button", { name: "Apply: reload" }).click();
  await expect(page.getByText("2 edited, not applied")).toHaveCount(0);
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.getByRole("button", { name: /^Switches/ })).toContainText("advert_int 2 s");
});

test("a burst of twenty is asked and answered", async ({ page }) => {
  await openLab(page, "./lab/");
  await page.getByRole("button", { name: /^Traffic/ }).click();
  await page.getByRole("button", { name: "requests / s: less" }).click();
  await expect(page.getByRole("button", { name: /^Traffic/ })).toContainText("1 / s, one client");
  await page.getByRole("button", { name: "20 now" }).click();
  await expect(page.getByRole("button", { name: "Undo", exact: true })).toBeEnabled();
});
