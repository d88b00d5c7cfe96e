// The instrument's keys, where nothing that takes text has the focus.
import type { LabSession } from "./session.svelte.ts";

export interface KeyHooks {
  readonly session: LabSession;
  readonly mark: () => void;
  readonly toMark: () => void;
  readonly classroom: () => void;
}

const TYPES =
  'input:not([type="radio"]):not([type="checkbox"]), textarea, select, [contenteditable], .xterm, .cm-editor';

/** True when the key meant something here. */
export function pressed(event: KeyboardEvent, hooks: KeyHooks): boolean {
  const { session } = hooks;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest(TYPES)) return false;
  const control = target?.closest("button, a, summary, label, input, [role=button], [role=slider]");
  const isOnControl = control !== null && control !== undefined;
  switch (event.key) {
    case " ":
      if (isOnControl) return false;
      session.play(!session.playing);
      return true;
    case "ArrowRight":
    case "ArrowLeft":
      if (isOnControl) return false;
      if (event.key === "ArrowRight") session.stepForward();
      else session.stepBack();
      return true;
    case "n":
      session.stepToTurn();
      return true;
    case "u":
      session.undo();
      return true;
    case "m":
      hooks.mark();
      return true;
    case "b":
      hooks.toMark();
      return true;
    case "f":
    case "F":
      hooks.classroom();
      return true;
    default:
      return false;
  }
}
