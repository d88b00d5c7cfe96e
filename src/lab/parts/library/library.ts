// Fetching the library's list and its worlds; searching it; the address of a scenario.
import type { Language } from "../../../i18n/language.ts";
import type { Listed } from "../../instrument/listed.ts";
import type { Beginning } from "../../instrument/session.svelte.ts";

/** So much has passed before the reader sees the first picture. */
const HISTORY_US = 1_100_000;

function addressOf(path: string): string {
  return `${import.meta.env.BASE_URL.replace(/\/$/, "")}/lab/${path}.json`;
}

export async function fetchLibrary(language: Language): Promise<readonly Listed[]> {
  const response = await fetch(addressOf(`library/${language}`));
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()) as readonly Listed[];
}

export async function fetchBeginning(listed: Listed): Promise<Beginning> {
  const response = await fetch(addressOf(`worlds/${listed.name}`));
  if (!response.ok) throw new Error(`status ${response.status}`);
  return { scenario: listed.name, world: await response.text(), historyUs: HISTORY_US, listed };
}

/** Those in which every word of the search occurs. */
export function search(library: readonly Listed[], text: string): readonly Listed[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return library.filter(({ name, title, goal, mechanism }) => {
    const all = `${name} ${title} ${goal} ${mechanism}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** "nopreempt" of "#scenario=nopreempt". */
export function scenarioOfFragment(fragment: string): string | undefined {
  return /^#scenario=([a-z0-9-]+)$/.exec(fragment)?.[1];
}
