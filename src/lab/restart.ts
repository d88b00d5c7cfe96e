// Both directors with other files: written, stopped, started, and some seconds let pass until one
// of them is MASTER.
import { act, runTo, type Timeline } from "#sim/index.ts";

export interface DirectorFile {
  readonly host: string;
  readonly text: string;
}

const PATH = "/etc/keepalived/keepalived.conf";
/** The daemon's goodbye, and time enough for an election and some adverts. */
const STOP_US = 1_500_000;
const ELECTION_US = 16_000_000;

export function restartWith(timeline: Timeline, files: readonly DirectorFile[]): void {
  for (const { host, text } of files) {
    act(timeline, { kind: "file", host, path: PATH, content: text });
    act(timeline, { kind: "service", host, on: false });
  }
  runTo(timeline, timeline.now + STOP_US);
  for (const { host } of files) act(timeline, { kind: "service", host, on: true });
  runTo(timeline, timeline.now + ELECTION_US);
}
