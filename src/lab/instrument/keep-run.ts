// The language switch keeps the run: it is left in the tab's own storage and taken up by the same
// figure of the other page.
import type { TimelineInput } from "#sim/index.ts";
import type { Beginning, LabSession } from "./session.svelte.ts";

interface KeptRun {
  readonly beginning: Beginning;
  readonly inputs: readonly TimelineInput[];
  readonly at: number;
  readonly isPlaying: boolean;
  readonly speed: number;
}

const keyOf = (path: string, figure: string): string => `run ${path} ${figure}`;

/** Leaves the run when the language link is followed; gives the way to end that. */
export function keepRun(session: LabSession, figure: string): () => void {
  const link = document.querySelector<HTMLAnchorElement>("[data-keep-place]");
  const keep = (): void => {
    if (link === null) return;
    const { beginning, timeline, now: at, playing: isPlaying, speed } = session;
    const run: KeptRun = { beginning, inputs: timeline.inputs, at, isPlaying, speed };
    try {
      sessionStorage.setItem(keyOf(link.pathname, figure), JSON.stringify(run));
    } catch {
      // No storage, or too small: the other page begins anew.
    }
  };
  link?.addEventListener("click", keep);
  return () => link?.removeEventListener("click", keep);
}

/** Takes up a run that was left for this figure; true when there was one. */
export async function takeRun(session: LabSession, figure: string): Promise<boolean> {
  const key = keyOf(location.pathname, figure);
  try {
    const text = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    if (text === null) return false;
    // The run in hand counts, not the one that an address once led to.
    if (/^#(run|recording)=/.test(location.hash)) {
      history.replaceState(history.state, "", location.pathname + location.search);
    }
    const { beginning, inputs, at, isPlaying, speed } = JSON.parse(text) as KeptRun;
    if (beginning.scenario !== session.beginning.scenario) await session.open(beginning);
    await session.resume(inputs, at);
    session.speed = speed;
    session.play(isPlaying);
    return true;
  } catch {
    return false;
  }
}
