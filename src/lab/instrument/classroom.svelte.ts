// A figure alone, for a room: it fills the screen, and a second can be marked to come back to.
import { pressed } from "./keys.ts";
import type { LabSession } from "./session.svelte.ts";

export class Classroom {
  isOn = $state(false);
  /** The second that the teacher comes back to. */
  marked = $state<number | undefined>(undefined);
  private readonly session: LabSession;
  /** The instrument is the page: there is no text to be scrolled by space bar and arrows. */
  private readonly isPage: boolean;

  constructor(session: LabSession, isPage = false) {
    this.session = session;
    this.isPage = isPage;
  }

  /** Fills the screen where the browser lets us, the window where it does not. */
  async toggle(root: Element): Promise<void> {
    this.isOn = !this.isOn;
    // The keys are the figure's now: a button pressed before is not pressed again by the space bar.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    try {
      if (this.isOn) await root.requestFullscreen();
      else if (document.fullscreenElement !== null) await document.exitFullscreen();
    } catch {
      // The window is filled instead.
    }
  }

  /** The browser's own way out ends it too. */
  followScreen(): void {
    if (document.fullscreenElement === null) this.isOn = false;
  }

  key(event: KeyboardEvent, root: Element): void {
    const { session } = this;
    if (this.isOn && event.key === "Escape") return void this.toggle(root);
    if (!this.isPage && !this.isOn && !mayMean(event, root)) return;
    const isUsed = pressed(event, {
      session,
      mark: () => void (this.marked = session.now),
      toMark: () => {
        if (this.marked !== undefined) session.seek(this.marked);
      },
      classroom: () => void this.toggle(root),
    });
    if (isUsed) event.preventDefault();
  }
}

const SCROLLS: readonly string[] = [" ", "ArrowLeft", "ArrowRight"];

/** In a page of text a key is a figure's only while it is in view; what scrolls, in it alone. */
function mayMean(event: KeyboardEvent, root: Element): boolean {
  if (event.target instanceof Node && root.contains(event.target)) return true;
  const { top, bottom } = root.getBoundingClientRect();
  return !SCROLLS.includes(event.key) && bottom > 0 && top < innerHeight;
}
