// Commands that a page's text sends to its figure.
import { TYPE_COMMAND, type TypedCommand } from "../typed-command.ts";
import type { LabSession } from "./session.svelte.ts";

/** Types what the page sends to the figure `root`; gives the way to end that. */
export function listenForCommands(root: Element, session: LabSession): () => void {
  const type = async (event: Event): Promise<void> => {
    const { host, line } = (event as CustomEvent<TypedCommand>).detail;
    const { typeInto } = await import("../parts/terminal/type-into.ts");
    await typeInto(session, host, line);
  };
  const listener = (event: Event): void => void type(event);
  root.addEventListener(TYPE_COMMAND, listener);
  return () => root.removeEventListener(TYPE_COMMAND, listener);
}
