// `npm run -s keepalived -- -t -f FILE`: what `keepalived -t -f FILE` of 2.2.7 says, on a host with
// the interfaces lo and eth0 to eth3. Left out: every option but these two.
import { accessSync, constants, existsSync, globSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { readConfiguration } from "./opinions.ts";

const NICS = ["lo", "eth0", "eth1", "eth2", "eth3"];

process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  const at = args.findIndex((arg) => arg === "-f" || arg === "--use-file");
  const path = at < 0 ? "/etc/keepalived/keepalived.conf" : (args[at + 1] ?? "");
  const isTest = args.some((arg) => arg === "-t" || arg === "--config-test");
  if (!isTest || path === "") {
    process.stderr.write("usage: npm run -s keepalived -- -t -f FILE\n");
    return 1;
  }
  // A missing file is no error to `-t` (K189).
  if (!existsSync(path)) return 0;
  const { diagnostics, exitCode } = readConfiguration(readFileSync(path, "utf8"), {
    path,
    nics: NICS,
    files: included,
    isScript,
  });
  for (const { text } of diagnostics) process.stderr.write(`${text}\n`);
  return exitCode;
}

function included(pattern: string): [string, string][] {
  const paths = globSync(pattern).map((path) => resolve(path));
  return paths
    .filter((path) => statSync(path).isFile())
    .map((path) => [path, readFileSync(path, "utf8")]);
}

function isScript(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
