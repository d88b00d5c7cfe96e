import { expect, test } from "@playwright/test";
import { openLab } from "./lab.ts";

test("a misspelt keyword is told in keepalived's words; a lower priority gives the address away", async ({
  page,
}) => {
  await openLab(page, "./lab/");
  await page.getByRole("button", { name: "keepalived.conf", exact: true }).click();
  const editor = page.locator(".cm-content");
  await expect(editor).toContainText("virtual_router_id 18");
  await expect(page.getByRole("note")).toContainText("Unknown keyword 'nat_mask'");
  await editor.getByText("priority 100").click();
  await page.keyboard.press("End");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Backspace");
  await page.keyboard.type("98x");
  await expect(page.getByRole("note").first()).toContainText("98x");
  await page.keyboard.press("Backspace");
  await expect(page.getByText("1 changed")).toBeVisible();
  await page.getByRole("button", { name: "Apply: reload" }).click();
  for (let i = 0; i < 8; i++) await page.getByRole("button", { name: "Next event" }).click();
  await expect(page.getByText("on keepalived-backup").first()).toBeVisible();
});

test("the pair is looked at: an error is certain, and the diff shows the line", async ({
  page,
}) => {
  await openLab(page, "./lab/#scenario=split-password");
  await page.getByRole("button", { name: "keepalived.conf", exact: true }).click();
  await expect(page.getByText("Authentication differs: adverts are refused.")).toBeVisible();
  await page.getByRole("combobox", { name: "diff with" }).selectOption("other");
  await expect(page.locator(".diff")).toContainText("auth_pass 654321");
});
