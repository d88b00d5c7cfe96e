// What a replay may know of a recording: the scenario, the moments that chance decided, the date.
import { formatInstant, MONTHS, parseInstant } from "../scenario/instant.ts";
import { DEFAULT_START } from "../scenario/expand.ts";
import { withoutResults } from "../scenario/read.ts";
import type { Draw } from "../kernel/world.ts";
import type { CapturedFrame, JsonRecord, Recording, Scenario } from "../scenario/types.ts";

/** The recording without its results, plus the draws and, where a log tells it, the date. */
export function scenarioOf(recording: Recording): Scenario {
  const start = startOf(recording);
  return {
    ...withoutResults(recording),
    ...(start === undefined ? {} : { start }),
    draws: drawsOf(recording),
  };
}

const ACTIVATING = /^Activating healthchecker for service \[([\d.]+)\]:(\w+):(\d+)/;

/**
 * keepalived draws the moment of each server's first health check (README "Health checks" 1):
 * seconds from the line that announces the checker to its first SYN.
 */
function drawsOf(recording: Recording): Draw[] {
  const draws: Draw[] = [];
  for (const [host, lines] of Object.entries(recording.logs)) {
    for (const { t, msg } of lines) {
      const [, server, , port] = ACTIVATING.exec(msg) ?? [];
      if (server === undefined) continue;
      const probe = recording.frames.find(
        (frame) => frame.from === host && frame.t >= t - 0.001 && isSynTo(server, frame),
      );
      if (probe === undefined) continue;
      const seconds = Math.round((probe.t - t) * 1e6) / 1e6;
      draws.push({ host, what: "first-check", of: `${server}:${port}`, seconds });
    }
  }
  return draws;
}

function isSynTo(server: string, { ip }: CapturedFrame): boolean {
  const tcp = ip?.tcp as JsonRecord | undefined;
  return ip?.dst === server && tcp?.flags === "S";
}

const SYSLOG = /^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) \S+ \S+?\[\d+\]: (.*)$/m;

/**
 * The date at time 0, when a step printed a host's log: its first line has a date there and a time
 * in `logs`. Syslog writes no year; it is the default's.
 */
function startOf(recording: Recording): string | undefined {
  if (recording.start !== undefined) return recording.start;
  for (const step of recording.steps) {
    const match = SYSLOG.exec(step.stdout ?? "");
    if (match === null || !("host" in step)) continue;
    const line = recording.logs[step.host]?.find(({ msg }) => msg === match[6]);
    if (line !== undefined) return instantBefore(match, Math.floor(line.t));
  }
  return undefined;
}

function instantBefore(match: RegExpExecArray, seconds: number): string | undefined {
  const [, month = "", day, hour, minute, second] = match;
  const year = DEFAULT_START.slice(0, 4);
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, "0");
  const text = `${year}-${number}-${day?.padStart(2, "0")}T${hour}:${minute}:${second}Z`;
  const instant = parseInstant(text);
  return instant === undefined ? undefined : formatInstant(instant - seconds);
}
