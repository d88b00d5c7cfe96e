import { expect, test } from "@playwright/test";
import { openLab } from "./lab.ts";

test("a scenario is found by a word, opened by keyboard, and its hint is done by a click", async ({
  page,
}) => {
  // A hint's command is typed at once.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openLab(page, "./lab/");
  const menu = page.getByRole("button", { name: /^Scenario/ });
  await expect(menu).toContainText("The article's cluster");
  await menu.click();
  const field = page.getByRole("combobox", { name: "Find a scenario" });
  await expect(field).toBeFocused();
  await field.pressSequentially("iptables");
  await expect(page.getByRole("dialog").getByRole("option")).toHaveCount(1);
  await field.press("Enter");
  await expect(menu).toContainText("Split brain: a rule in iptables");
  await expect(page).toHaveURL(/#scenario=split-firewall$/);
  await page.getByRole("button", { name: "Hint 1" }).click();
  await page.getByRole("button", { name: /iptables -A INPUT -p vrrp -j DROP/ }).click();
  await page.getByRole("button", { name: "Next event" }).click();
  await page.getByRole("button", { name: "Next event" }).click();
  await expect(page.getByText("on keepalived, keepalived-backup: two owners")).toBeVisible();
});

test("two networks are two switches, opened by its address", async ({ page }) => {
  await openLab(page, "./zh/lab/#scenario=nat-two-subnets");
  await expect(page.getByText("NAT 的本来用法")).toBeVisible();
  await expect(page.getByText("交换机 outside")).toBeVisible();
  await expect(page.getByText("交换机 lan")).toBeVisible();
});

test("what cannot be fetched is said, and the run stays", async ({ page }) => {
  await page.route("**/lab/worlds/*.json", (route) => route.abort());
  await openLab(page, "./lab/#scenario=drain");
  await expect(page.getByRole("alert")).toContainText("the run you have stays as it is");
  await expect(page.getByRole("button", { name: /^Scenario/ })).toContainText("The article's");
  await page.unroute("**/lab/worlds/*.json");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("button", { name: /^Scenario/ })).toContainText("Drain a server");
});
