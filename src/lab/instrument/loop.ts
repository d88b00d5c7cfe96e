// The one clock of a figure: virtual time goes on along the screen's frames while it is seen.
import type { LabSession } from "./session.svelte.ts";

/** Runs `session` while `root` is in view; gives the way to end it. */
export function runWhileSeen(root: Element, session: LabSession): () => void {
  const stillQuery = matchMedia("(prefers-reduced-motion: reduce)");
  const look = (): void => void (session.still = stillQuery.matches);
  look();
  stillQuery.addEventListener("change", look);
  let isSeen = true;
  const observer = new IntersectionObserver(([entry]) => {
    isSeen = entry?.isIntersecting ?? true;
  });
  observer.observe(root);
  let last = performance.now();
  let request = requestAnimationFrame(function tick(time) {
    const elapsed = time - last;
    last = time;
    if (isSeen && !document.hidden) session.advance(elapsed);
    request = requestAnimationFrame(tick);
  });
  return () => {
    cancelAnimationFrame(request);
    observer.disconnect();
    stillQuery.removeEventListener("change", look);
  };
}
