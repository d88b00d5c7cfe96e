// The real `keepalived -t`, in a network of its own with the interfaces lo and eth0 to eth3. It needs
// root, network namespaces and Debian's keepalived 2.2.7; on a CI machine the package is installed.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ScriptState } from "../simulator/keepalived/run-command.ts";

/** What keepalived said of a text, its file named as CONFIG_PATH. */
export interface Answer {
  readonly said: string;
  readonly status: number;
}

export const CONFIG_PATH = "/etc/keepalived/keepalived.conf";

const VERSION = "Keepalived v2.2.7";
const RUN = `set -u
ip link set lo up
for i in 0 1 2 3; do
  ip link add eth$i type veth peer name peer$i && ip link set eth$i up && ip link set peer$i up
done || exit 1
for file in "$1"/*/keepalived.conf; do
  folder=\${file%/*}
  keepalived -t -f "$file" > "$folder/said" 2>&1 < /dev/null
  echo $? > "$folder/status"
done 2> /dev/null
`;

/** Why the oracle cannot be asked here; undefined when it can. */
export function oracleIsMissing(): string | undefined {
  if (process.platform !== "linux") return "keepalived runs on Linux only";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  if (version() === undefined && process.env["CI"] === "true") install();
  const found = version();
  if (found === undefined) return "keepalived is not installed";
  if (!found.startsWith(VERSION)) return `it is ${found}, not ${VERSION}`;
  try {
    execFileSync("unshare", ["-n", "ip", "link", "add", "eth0", "type", "veth"], {
      stdio: "ignore",
    });
  } catch {
    return "no network namespace or no veth interface can be made";
  }
  return undefined;
}

/** Each text's answer, in their order. */
export function askOracle(texts: readonly string[]): Answer[] {
  const folder = mkdtempSync(path.join(tmpdir(), "keepalived-"));
  const of = (index: number): string => path.join(folder, String(index).padStart(6, "0"));
  try {
    for (const [index, text] of texts.entries()) {
      mkdirSync(of(index));
      writeFileSync(path.join(of(index), "keepalived.conf"), text);
    }
    execFileSync("unshare", ["-n", "bash", "-c", RUN, "oracle", folder], { stdio: "ignore" });
    return texts.map((_, index) => answerIn(of(index)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function answerIn(folder: string): Answer {
  const said = readFileSync(path.join(folder, "said"), "utf8");
  const status = Number(readFileSync(path.join(folder, "status"), "utf8"));
  return {
    said: said.replaceAll(path.join(folder, "keepalived.conf"), CONFIG_PATH).trimEnd(),
    status,
  };
}

function version(): string | undefined {
  try {
    // It tells its version on the error stream.
    return execFileSync("bash", ["-c", "keepalived --version 2>&1"], { encoding: "utf8" });
  } catch {
    return undefined;
  }
}

function install(): void {
  try {
    const script = "apt-get update -q && apt-get install -qy keepalived iproute2";
    execFileSync("bash", ["-c", script], { stdio: "inherit" });
  } catch (error) {
    process.stderr.write(`keepalived could not be installed: ${String(error)}\n`);
  }
}

/** What is at a path of this machine. */
export function scriptAt(file: string): ScriptState {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile()) return "folder";
  return (found.mode & 0o111) === 0 ? "not-executable" : "runs";
}
