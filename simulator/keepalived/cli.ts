// `npm run -s keepalived -- -t -f FILE`: what `keepalived -t -f FILE` of 2.2.7 says, on a host with
// the interfaces lo and eth0 to eth3. Left out: every option but these two.
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { readConfiguration } from "./opinions.ts";
import type { ScriptState } from "./run-command.ts";

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
    scriptAt,
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

function scriptAt(path: string): ScriptState {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile()) return "folder";
  return (found.mode & 0o111) === 0 ? "not-executable" : "runs";
}
