// Commands in a chapter's text: the click goes to the figure, which may still be asleep.
import { TYPE_COMMAND, type TypedCommand } from "../lab/typed-command.ts";

export function typeOnClick(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-figure-of]")) {
    button.addEventListener("click", () => {
      const figure = document.querySelector(`[data-figure="${button.dataset["figureOf"] ?? ""}"]`);
      if (figure === null) return;
      const { host = "" } = button.dataset;
      figure.scrollIntoView({ block: "start" });
      whenAwake(figure, () => {
        const detail: TypedCommand = { host, line: button.textContent.trim() };
        figure.dispatchEvent(new CustomEvent(TYPE_COMMAND, { detail }));
      });
    });
  }
}

/** An island that sleeps carries `ssr`; it wakes when it is in view. */
function whenAwake(figure: Element, then: () => void): void {
  const island = figure.closest("astro-island");
  if (island === null || !island.hasAttribute("ssr")) return then();
  const observer = new MutationObserver(() => {
    if (island.hasAttribute("ssr")) return;
    observer.disconnect();
    then();
  });
  observer.observe(island, { attributeFilter: ["ssr"] });
}
