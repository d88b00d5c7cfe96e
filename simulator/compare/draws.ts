// What a replay may know of a recording: the scenario, the moments that chance decided, the date.
import { formatInstant, MONTHS, parseInstant } from "../scenario/instant.ts";
import { DEFAULT_START } from "../scenario/expand.ts";
import { withoutResults } from "../scenario/read.ts";
import type { Draw } from "../kernel/world.ts";
import type {
  CapturedFrame,
  JsonRecord,
  RecordedStep,
  Recording,
  Scenario,
} from "../scenario/types.ts";

/** The recording without its results, plus the draws and, where a log tells it, the date. */
export function scenarioOf(recording: Recording): Scenario {
  const start = startOf(recording);
  return {
    ...withoutResults(recording),
    ...(start === undefined ? {} : { start }),
    draws: drawsOf(recording),
  };
}

const ACTIVATING = /^Activating healthchecker for service (\[([\d.]+)\]:\w+:(\d+))/;

function drawsOf(recording: Recording): Draw[] {
  return [...firstChecks(recording), ...reachableTimes(recording)];
}

/**
 * keepalived draws the moment of each server's first health check (README "Health checks" 1):
 * seconds from the line that announces the checker to its first SYN or, where a script checks, to
 * the first word about it (the scripts take milliseconds).
 */
function firstChecks(recording: Recording): Draw[] {
  const draws: Draw[] = [];
  for (const [host, lines] of Object.entries(recording.logs)) {
    for (const { t, msg } of lines) {
      const [, service = "", server, port] = ACTIVATING.exec(msg) ?? [];
      if (server === undefined) continue;
      const probe = recording.frames.find(
        (frame) => frame.from === host && frame.t >= t - 0.001 && isSynTo(server, frame),
      );
      const word = lines.find(
        (line) => line.t >= t && line.msg.startsWith(`Misc check for [${service} `),
      );
      const first = probe ?? word;
      if (first === undefined) continue;
      draws.push({
        host,
        what: "first-check",
        of: `${server}:${port}`,
        seconds: rounded(first.t - t),
      });
    }
  }
  return draws;
}

/** DELAY, the 5 s from the end of REACHABLE to the first unicast question, on its wheel (I231). */
const DELAY_S = 5.12;
/** The mean lateness of REACHABLE's end: up to 0.256 s, on the same wheel. */
const LATE_S = 0.128;
const LEAST_REACHABLE_S = 15;
const MOST_REACHABLE_S = 45;

/**
 * Each interface draws how long its neighbours count as REACHABLE (I56). It shows where a host goes
 * on talking to a neighbour that has fallen silent: the first unicast question comes that long and
 * DELAY after the host's last frame that followed one of the neighbour's (I59).
 */
function reachableTimes({ frames }: Recording): Draw[] {
  const draws = new Map<string, Draw>();
  for (const [i, question] of frames.entries()) {
    const { from: host, if: nic = "", dst: neighbour } = question;
    if (draws.has(`${host} ${nic}`) || !isUnicastQuestion(question)) continue;
    const fromNeighbour = (frame: CapturedFrame): boolean =>
      frame.from === neighbour && frame.dst === host;
    const toNeighbour = (frame: CapturedFrame): boolean =>
      frame.from === host && frame.dst === neighbour;
    const isAnswered = frames.slice(i).some(fromNeighbour);
    const heard = frames.slice(0, i).findLastIndex(fromNeighbour);
    const confirmed = frames.slice(heard, i).find(toNeighbour);
    if (isAnswered || heard < 0 || confirmed === undefined) continue;
    const seconds = rounded(question.t - confirmed.t - DELAY_S - LATE_S);
    if (seconds < LEAST_REACHABLE_S || seconds > MOST_REACHABLE_S) continue;
    draws.set(`${host} ${nic}`, { host, what: "reachable-time", of: nic, seconds });
  }
  return [...draws.values()];
}

function isUnicastQuestion({ arp, dst }: CapturedFrame): boolean {
  return arp?.op === "request" && dst !== "broadcast";
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
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
    const clock = "host" in step ? startByNotes(recording, step) : undefined;
    if (clock !== undefined) return clock;
    const match = SYSLOG.exec(step.stdout ?? "");
    if (match === null || !("host" in step)) continue;
    const line = recording.logs[step.host]?.find(({ msg }) => msg === match[6]);
    if (line !== undefined) return instantBefore(match, Math.floor(line.t));
  }
  return undefined;
}

/** What a notify script noted: the time of day and then its arguments. */
const NOTE = /^(\d\d):(\d\d):(\d\d) .*\b(BACKUP|MASTER|FAULT)\b/m;

/** The same by the first note of a notify script: it ran when the log first speaks of its state. */
function startByNotes(
  { logs }: Recording,
  step: RecordedStep & { host: string },
): string | undefined {
  const [, hour, minute, second, state] = NOTE.exec(step.stdout ?? "") ?? [];
  const line = logs[step.host]?.find(({ msg }) => msg.includes(`Entering ${state} STATE`));
  if (line === undefined) return undefined;
  const day = DEFAULT_START.slice(0, 10);
  const instant = parseInstant(`${day}T${hour}:${minute}:${second}Z`);
  return instant === undefined ? undefined : formatInstant(instant - Math.floor(line.t));
}

function instantBefore(match: RegExpExecArray, seconds: number): string | undefined {
  const [, month = "", day, hour, minute, second] = match;
  const year = DEFAULT_START.slice(0, 4);
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, "0");
  const text = `${year}-${number}-${day?.padStart(2, "0")}T${hour}:${minute}:${second}Z`;
  const instant = parseInstant(text);
  return instant === undefined ? undefined : formatInstant(instant - seconds);
}
