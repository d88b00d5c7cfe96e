// The terminal in the page's own colours, and when these change.
import type { ITheme } from "@xterm/xterm";

/** Red is the floating address and nothing else; bright black letters the prompt. */
export function themeOf(element: Element): ITheme {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    background: token("--paper"),
    foreground: token("--ink"),
    cursor: token("--ink"),
    cursorAccent: token("--paper"),
    selectionBackground: token("--rule"),
    scrollbarSliderBackground: token("--rule"),
    scrollbarSliderHoverBackground: token("--rule2"),
    scrollbarSliderActiveBackground: token("--rule2"),
    red: token("--vip"),
    brightBlack: token("--ink2"),
  };
}

/** Calls when the page turns light or dark, by its own switch or the system's; gives the end of it. */
export function onThemeChange(changed: () => void): () => void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  query.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    query.removeEventListener("change", changed);
  };
}
