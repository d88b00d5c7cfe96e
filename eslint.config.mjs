// The linter holds what the types cannot: the simulator's purity, the budgets of a function, and
// accessibility slips in components. Formatting is Prettier's.

import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import astro from "eslint-plugin-astro";
import svelte from "eslint-plugin-svelte";
import tseslint from "typescript-eslint";

const IMPURE = [
  "Date",
  "setTimeout",
  "setInterval",
  "queueMicrotask",
  "window",
  "document",
  "fetch",
];

export default defineConfig(
  { ignores: ["dist/", ".astro/", "node_modules/", "test-results/", "public/"] },
  js.configs.recommended,
  tseslint.configs.recommended,
  svelte.configs.recommended,
  astro.configs.recommended,
  {
    rules: {
      // TypeScript knows which names exist.
      "no-undef": "off",
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true } }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      eqeqeq: "error",
      curly: ["error", "multi-line"],
    },
  },
  {
    files: ["*.config.*", "*.mjs", ".*.mjs"],
    rules: { "no-restricted-exports": "off" },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    files: ["simulator/**/*.ts"],
    ignores: ["**/*.test.ts", "simulator/replay.ts", "simulator/**/*cli.ts"],
    rules: {
      "no-restricted-globals": ["error", ...IMPURE],
      "no-restricted-properties": ["error", { object: "Math", property: "random" }],
      "no-restricted-imports": ["error", { patterns: ["node:*"] }],
    },
  },
);
