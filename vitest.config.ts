import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["simulator/**/*.test.ts", "src/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: ["src/**/*.browser.test.ts", "node_modules/**"],
    environment: "node",
  },
});
