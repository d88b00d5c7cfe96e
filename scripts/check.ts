// Everything that can be known without running the project: types, lint, format, import
// directions, unused code, and the lockfile. Each part is counted, and none hides another.

import { fileURLToPath } from "node:url";
import { conclude, runCounted, sum, type Count } from "./run.ts";

const PARTS: readonly (readonly [title: string, command: string])[] = [
  ["types of the simulator", "tsc -p simulator"],
  ["types of Astro pages", "astro sync && astro check --minimumFailingSeverity warning"],
  ["types of everything else", "tsc --noEmit"],
  ["types of Svelte components", "svelte-check --tsconfig ./tsconfig.json --fail-on-warnings"],
  ["lint", "eslint . --max-warnings 0"],
  ["format", "prettier --check . --log-level warn"],
  ["import directions", "depcruise simulator src content --config .dependency-cruiser.mjs"],
  ["unused files, exports and packages", "knip"],
  ["lockfile", "node --disable-warning=ExperimentalWarning scripts/check-lockfile.ts"],
];

export function check(): Count {
  return sum(PARTS.map(([title, command]) => runCounted(title, command)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) conclude(check());
