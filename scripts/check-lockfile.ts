// Two faults of a lockfile break `npm ci` on another machine: an optional package (another
// platform's binary) named but not entered, and an address of one particular registry.

import * as fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./run.ts";

type Entry = {
  readonly resolved?: string;
  readonly optionalDependencies?: Record<string, string>;
};
type Lockfile = { readonly packages: Record<string, Entry> };

/** Every fault of the lockfile, one sentence each. */
export function lockfileFaults(lockfile: Lockfile): string[] {
  const faults: string[] = [];
  for (const [place, entry] of Object.entries(lockfile.packages)) {
    if (entry.resolved?.includes("://")) faults.push(`${place}: holds a registry address`);
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!isEntered(lockfile, place, name)) {
        faults.push(`${place}: optional ${name} has no entry`);
      }
    }
  }
  return faults;
}

/** Looks for `name` as Node would from `place`: in its own node_modules, then further up. */
function isEntered(lockfile: Lockfile, place: string, name: string): boolean {
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    const prefix = at === "" ? "" : `${at}/`;
    if (lockfile.packages[`${prefix}node_modules/${name}`]) return true;
    if (at === "") return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = fs.readFileSync(path.join(root, "package-lock.json"), "utf8");
  const faults = lockfileFaults(JSON.parse(text) as Lockfile);
  for (const fault of faults) console.error(`package-lock.json: ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
