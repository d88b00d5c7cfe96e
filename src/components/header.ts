// The two switches of the header. Without scripts the language link still works (it loses the
// place on the page), and the system's theme is used.

/** Makes the language link lead to the same place: same search, same section. */
export function keepPlace(): void {
  const link = document.querySelector<HTMLAnchorElement>("[data-keep-place]");
  link?.addEventListener("click", () => {
    link.search = location.search;
    link.hash = location.hash;
  });
}

/** Shows the theme button and lets it choose; the choice is remembered where storage allows. */
export function switchTheme(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-theme-switch]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const chosen = currentTheme() === "dark" ? "light" : "dark";
    document.documentElement.dataset["theme"] = chosen;
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // Storage is forbidden: the choice lasts as long as the page.
    }
  });
}

function currentTheme(): "light" | "dark" {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
