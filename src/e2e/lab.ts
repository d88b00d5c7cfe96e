import type { Page } from "@playwright/test";

/** Opens a lab and waits until it is awake: what is clicked before is lost, and a reader clicks again. */
export async function openLab(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.locator("astro-island:not([ssr])").first().waitFor({ state: "attached" });
}
