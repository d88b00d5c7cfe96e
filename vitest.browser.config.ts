// Tests of components in a real browser: src/**/*.browser.test.ts.

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { browserFlags, provideBrowser } from "./scripts/browser.ts";

export default defineConfig({
  plugins: [svelte({ configFile: false })],
  test: {
    include: ["src/**/*.browser.test.ts"],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: { executablePath: provideBrowser(), args: browserFlags() },
      }),
      instances: [{ browser: "chromium" }],
    },
  },
});
