// Paths and directories. A host's files are a flat table of paths; a directory is there when a file
// is under it, or when it is one of those that every machine has.
import type { Host } from "../host/host.ts";

const STANDARD: readonly string[] = [
  "/bin",
  "/dev",
  "/etc/keepalived",
  "/proc/sys/net/ipv4",
  "/root",
  "/run",
  "/sbin",
  "/tmp",
  "/usr/bin",
  "/usr/sbin",
  "/var/log",
  "/var/www",
];

/** The absolute path that `path` means in `directory`, without `.` and `..`. */
export function resolvePath(directory: string, path: string): string {
  const absolute = path.startsWith("/") ? path : `${directory}/${path}`;
  const parts: string[] = [];
  for (const part of absolute.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

export function isDirectory(host: Host, path: string): boolean {
  if (path === "/") return true;
  const inside = `${path}/`;
  if (STANDARD.some((each) => each === path || each.startsWith(inside))) return true;
  for (const file of host.files.keys()) if (file.startsWith(inside)) return true;
  return false;
}

/** The names in a directory, sorted as `ls` sorts them. */
export function listDirectory(host: Host, directory: string): string[] {
  const inside = directory === "/" ? "/" : `${directory}/`;
  const names = new Set<string>();
  for (const path of [...host.files.keys(), ...STANDARD]) {
    if (!path.startsWith(inside) || path === inside) continue;
    const [name = ""] = path.slice(inside.length).split("/");
    names.add(name);
  }
  return [...names].sort();
}
