// Runs the commands that the other scripts put together, and counts what came of them.

import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

export type Count = { readonly passed: number; readonly failed: number };

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Runs one command line with the project's own tools first on the PATH; says whether it passed. */
export function run(command: string, env: Record<string, string> = {}): boolean {
  const bin = path.join(root, "node_modules", ".bin");
  const ended = spawnSync(command, {
    cwd: root,
    stdio: "inherit",
    shell: true,
    env: {
      ...process.env,
      ASTRO_TELEMETRY_DISABLED: "1",
      ...env,
      PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}`,
    },
  });
  return ended.status === 0;
}

/** Runs `command` under a heading, as one thing that passes or fails. */
export function runCounted(title: string, command: string): Count {
  console.log(`\n── ${title}`);
  const isGood = run(command);
  console.log(isGood ? `   passed: ${title}` : `   FAILED: ${title} (${command})`);
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 };
}

export function sum(counts: readonly Count[]): Count {
  return {
    passed: counts.reduce((total, count) => total + count.passed, 0),
    failed: counts.reduce((total, count) => total + count.failed, 0),
  };
}

/** Prints the line that ends a run, and sets the exit status to match. */
export function conclude(count: Count): void {
  console.log(`\n${count.passed} passed, ${count.failed} failed`);
  process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
}
