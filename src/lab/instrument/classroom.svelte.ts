// A figure alone, for a room: it fills the screen, and a second can be marked to come back to.
import { pressed } from "./keys.ts";
import type { LabSession } from "./session.svelte.ts";

export class Classroom {
  isOn = $state(false);
  /** The second that the teacher comes back to. */
  marked = $state<number | undefined>(undefined);
  private readonly session: LabSession;

  constructor(session: LabSession) {
    this.session = session;
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
