// What comes in from outside: a link, a recording's scenario, a file chosen or dropped. Each opens, or
// gives the sentence that says why not; then nothing was changed.
import { fill, type Language } from "../../../i18n/language.ts";
import type { LabSession } from "../../instrument/session.svelte.ts";
import { fetchBeginning, fetchLibrary } from "../library/library.ts";
import { decodeRun, hostsOf, type SharedRun } from "./run-link.ts";
import type { ShareWords } from "./words.ts";

/** A scenario or recording as text, named as where it came `from`; "" when it was opened. */
export async function openText(
  session: LabSession,
  text: string,
  from: string,
  words: ShareWords,
): Promise<string> {
  try {
    const { beginningOf } = await import("./open-file.ts");
    const opened = beginningOf(text, from);
    if ("problems" in opened) return `${words.badFile} ${opened.problems.join(" ")}`;
    await session.open(opened.beginning);
    return "";
  } catch {
    return words.badFile;
  }
}

/** A scenario file opens; a keepalived.conf becomes the draft of `host`. */
export async function openDropped(
  session: LabSession,
  file: File,
  words: ShareWords,
): Promise<string> {
  const text = await file.text();
  if (!file.name.endsWith(".conf")) return openText(session, text, file.name, words);
  const { drafts } = session;
  const host = drafts.hosts.includes(session.host) ? session.host : drafts.hosts[0];
  if (host === undefined) return words.badFile;
  session.host = host;
  drafts.set(host, text);
  session.tab = "config";
  return "";
}

const RECORDING = /^#recording=([\w-]+)$/;

/** What the address's fragment asks for: a run, or a recording's scenario; undefined: nothing. */
export async function openFragment(
  session: LabSession,
  fragment: string,
  language: Language,
  words: ShareWords,
): Promise<string | undefined> {
  const recording = RECORDING.exec(fragment)?.[1];
  if (recording !== undefined) return openRecording(session, recording, words);
  const run = await decodeRun(fragment);
  if (run === undefined) return undefined;
  if (run === "broken") return words.broken;
  const failed = await openBeginning(session, run, language, words);
  if (failed !== "") return failed;
  const missing = hostsOf(run).filter((host) => !session.start.hosts.has(host));
  if (missing.length > 0) return fill(words.unknown, { list: missing.join(", ") });
  await session.resume(run.inputs, run.at);
  return "";
}

async function openRecording(
  session: LabSession,
  name: string,
  words: ShareWords,
): Promise<string> {
  const base = import.meta.env.BASE_URL.replace(/\/$/, "");
  try {
    const response = await fetch(`${base}/fidelity/scenarios/${name}.json`);
    if (!response.ok) return words.failed;
    return await openText(session, await response.text(), name, words);
  } catch {
    return words.failed;
  }
}

async function openBeginning(
  session: LabSession,
  run: SharedRun,
  language: Language,
  words: ShareWords,
): Promise<string> {
  if (run.file !== undefined) return openText(session, run.file, run.scenario, words);
  try {
    const listed = (await fetchLibrary(language)).find((each) => each.name === run.scenario);
    if (listed === undefined) return words.failed;
    const beginning = await fetchBeginning(listed);
    // The page's own first run has a history that its links count on.
    const isSame = run.scenario === session.beginning.scenario;
    const { historyUs } = isSame ? session.beginning : beginning;
    await session.open({ ...beginning, historyUs });
    return "";
  } catch {
    return words.failed;
  }
}
