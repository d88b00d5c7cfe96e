// A command that a page types into a host's console by itself, as a person would.
import type { LabSession } from "../../instrument/session.svelte.ts";
import { consolesOf } from "./consoles.svelte.ts";

/** A character takes so long, a long line less for each: it is to be seen, not waited for. */
const CHARACTER_MS = 28;
const LINE_MS = 1_200;

/**
 * Shows the terminal of `host` and types `line` there character by character; all at once where
 * motion is to be reduced. A key pressed meanwhile ends it. Resolves when the line has been entered.
 */
export async function typeInto(session: LabSession, host: string, line: string): Promise<void> {
  session.host = host;
  session.tab = "terminal";
  const isStill = session.still || matchMedia("(prefers-reduced-motion: reduce)").matches;
  const delay = isStill ? 0 : Math.min(CHARACTER_MS, LINE_MS / Math.max(1, line.length));
  await consolesOf(session).typeVisibly(host, line, delay);
}
