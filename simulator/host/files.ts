// A host's files: a flat table of paths, and the log made when it is read. Left out: directories as records, links, permissions.
import type { Sim } from "../kernel/sim.ts";
import type { FileRecord, Host, LogLine } from "./host.ts";
import { setSysctl } from "./sysctl.ts";

export const LOG_PATH = "/var/log/messages";
export const ACCESS_LOG_PATH = "/var/log/nginx/access.log";
export const SYSCTL_ROOT = "/proc/sys/";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"].concat([
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
]);
/** A file is emptied when it is opened; by now its writer has closed it. */
const CLOSE_US = 50_000;
/** Lost when the power goes. */
const VOLATILE = /^\/(run|tmp|proc|dev)\//;

/** The text of a file outside /proc, or undefined when there is none. */
export function plainFile(host: Host, path: string, { world }: Sim): string | undefined {
  if (path === "/dev/null") return "";
  if (path === LOG_PATH) return logText(host, world.startEpoch);
  if (path === ACCESS_LOG_PATH && host.accessLog !== undefined) return accessText(host);
  return host.files.get(path)?.content;
}

/** Writes a whole file. A refused /proc/sys value is "invalid". */
export function writeFile(
  { host, sim }: { host: Host; sim: Sim },
  path: string,
  content: string,
): "ok" | "no-such-key" | "invalid" {
  if (path === "/dev/null") return "ok";
  if (path.startsWith(SYSCTL_ROOT)) {
    return setSysctl(host, path.slice(SYSCTL_ROOT.length).replaceAll("/", "."), content);
  }
  const mode = host.files.get(path)?.mode ?? 0o644;
  host.files.set(path, fileRecord(path, { content, mode }, sim));
  sim.record(host, "file.written", { path });
  tellWatchers(host, path, sim, content === "" ? CLOSE_US : 0);
  return "ok";
}

/** Wakes those who watch a file: the kernel tells them when a writer closes it, or it is gone. */
export function tellWatchers(host: Host, path: string, sim: Sim, delayUs = 0): void {
  for (const { pid, watches } of host.processes.values()) {
    if (watches?.includes(path)) sim.wake(host, pid, { kind: "file", path }, sim.now + delayUs);
  }
}

export function appendFile(
  system: { host: Host; sim: Sim },
  path: string,
  content: string,
): "ok" | "no-such-key" | "invalid" {
  const before = path.startsWith(SYSCTL_ROOT) ? "" : (system.host.files.get(path)?.content ?? "");
  return writeFile(system, path, before + content);
}

export function removeFile(host: Host, path: string): boolean {
  return host.files.delete(path);
}

function fileRecord(
  path: string,
  { content, mode }: Pick<FileRecord, "content" | "mode">,
  sim: Sim,
): FileRecord {
  const modified = sim.world.startEpoch + Math.floor(sim.now / 1_000_000);
  return Object.freeze({ content, modified, mode, volatile: VOLATILE.test(path) });
}

/** The log as rsyslog writes it: "Nov 23 02:43:25 keepalived Keepalived[32]: text". */
function logText(host: Host, startEpoch: number): string {
  const lines: string[] = [];
  for (let line = host.log; line !== undefined; line = line.previous) {
    lines.push(syslogLine(host.name, line, startEpoch));
  }
  return lines.reverse().join("");
}

function accessText(host: Host): string {
  const lines: string[] = [];
  for (let line = host.accessLog; line !== undefined; line = line.previous) lines.push(line.text);
  return lines.reverse().join("");
}

export function syslogLine(hostName: string, line: LogLine, startEpoch: number): string {
  const date = syslogDate(startEpoch + Math.floor(line.at / 1_000_000));
  const pid = line.pid === 0 ? "" : `[${line.pid}]`;
  return `${date} ${hostName} ${line.identity}${pid}: ${line.text}\n`;
}

/** "Nov 23 02:43:25", without `Date`: days since 1970 by the civil calendar. */
export function syslogDate(epoch: number): string {
  const { month, day } = civilDate(Math.floor(epoch / 86_400));
  const seconds = epoch % 86_400;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const time = `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${MONTHS[month - 1]} ${String(day).padStart(2, " ")} ${time}`;
}

/** Proleptic Gregorian date of a day number, counting years from March. */
export function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
