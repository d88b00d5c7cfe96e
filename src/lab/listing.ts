// What a page knows of the library before a world is fetched.
import { worldFromJson } from "#sim/index.ts";
import { inputOfStep } from "#sim/scenarios.ts";
import type { Language } from "../i18n/language.ts";
import type { Hint, Listed } from "./instrument/listed.ts";
import { libraryEntry, libraryNames, libraryWorld, mechanisms } from "./library.ts";

/** In the order of the mechanisms, the article first. */
export function libraryListing(language: Language): Listed[] {
  const entries = libraryNames().map(libraryEntry);
  const place = ({ name, mechanism }: (typeof entries)[number]): number =>
    name === "article" ? -1 : mechanisms.indexOf(mechanism);
  return entries
    .sort((a, b) => place(a) - place(b))
    .map((entry) => {
      const world = worldFromJson(libraryWorld(entry.name));
      const hints = entry.solution.map((step): Hint => ({
        text: step.hint[language],
        input: inputOfStep(step, "hint", world),
      }));
      const { name, mechanism } = entry;
      return { name, mechanism, title: entry.title[language], goal: entry.goal[language], hints };
    });
}
