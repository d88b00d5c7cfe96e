// What a host's console shows at the cursor: a pure reading of the trace, so that going back in time
// shows what was there then.
import type { Trace, TraceEntry } from "#sim/index.ts";

/** A console keeps no more than so much text. */
const LONGEST = 400_000;

export interface Transcript {
  readonly host: string;
  text: string;
  /** How much of the trace was read, and after how many cuts. */
  entries: number;
  cuts: number;
}

export function beginTranscript(host: string): Transcript {
  return { host, text: "", entries: 0, cuts: 0 };
}

/** Reads on to the cursor; begins anew when the cursor went back or the run was forked. */
export function readTranscript(transcript: Transcript, trace: Trace): string {
  if (transcript.cuts !== trace.cuts || transcript.entries > trace.nextEntry) {
    transcript.text = "";
    transcript.entries = 0;
    transcript.cuts = trace.cuts;
  }
  for (; transcript.entries < trace.nextEntry; transcript.entries++) {
    const entry = trace.entries[transcript.entries];
    if (entry?.host === transcript.host) transcript.text += shownOf(entry);
  }
  if (transcript.text.length > 2 * LONGEST) transcript.text = transcript.text.slice(-LONGEST);
  return transcript.text;
}

function shownOf({ host, code, fields }: TraceEntry): string {
  if (code === "console.started") return `${promptOf(host)}${String(fields["line"])}\n`;
  if (code !== "console.output") return "";
  return plain(String(fields["text"]));
}

export function promptOf(host: string): string {
  return `${host}:~# `;
}

/** Without anything that a terminal would obey, but line ends and tabs. */
export function plain(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/(?![\n\t])\p{Cc}/gu, "");
}
