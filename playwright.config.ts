import { defineConfig } from "@playwright/test";
import { browserFlags, provideBrowser } from "./scripts/browser.ts";
import { basePath } from "./scripts/serve.ts";

const port = Number(process.env["E2E_PORT"] ?? 4399);

export default defineConfig({
  testDir: "src/e2e",
  outputDir: "node_modules/.cache/e2e",
  workers: process.env["CI"] ? 1 : 2,
  reporter: "list",
  use: {
    baseURL: `http://127.0.0.1:${port}${basePath()}`,
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath: provideBrowser(), args: browserFlags() },
  },
  webServer: {
    command: "node --disable-warning=ExperimentalWarning scripts/serve.ts",
    url: `http://127.0.0.1:${port}${basePath()}`,
    env: { PORT: String(port) },
    reuseExistingServer: false,
  },
});
