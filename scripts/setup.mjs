// Makes a fresh clone ready: installs the packages of the lockfile when they are not there, or are
// not those, and provides a Node new enough. Runs before every command a newcomer types, so it
// must be quick when there is nothing to do, run on Node 20 and import nothing but Node.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { provideNode } from "./node24.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

if (!isInstalled()) install();
provideNode();

/** Compares what npm says it installed with the lockfile: times of files lie after a checkout. */
function isInstalled() {
  const wanted = packagesOf("package-lock.json");
  const installed = packagesOf(path.join("node_modules", ".package-lock.json"));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === "") return true;
    const found = installed[name];
    if (!found) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}

function install() {
  console.log("Installing packages (once, and after the lockfile changes) …");
  const args = ["ci", "--loglevel=error"];
  const cli = process.env.npm_execpath;
  const options = { cwd: root, stdio: "inherit" };
  if (cli) execFileSync(process.execPath, [cli, ...args], options);
  else execFileSync("npm", args, { ...options, shell: process.platform === "win32" });
}
