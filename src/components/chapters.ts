// The chapters that exist, in order, in one language.

import { getCollection, type CollectionEntry } from "astro:content";
import { type Language } from "../i18n/language.ts";

export type Chapter = CollectionEntry<"chapters">;

export async function chaptersOf(language: Language): Promise<Chapter[]> {
  const chapters = await getCollection("chapters", ({ id }) => id.startsWith(`${language}/`));
  return chapters.sort((a, b) => a.data.order - b.data.order);
}

/** A chapter's name, the same in every language: "failover". */
export function chapterName(chapter: Chapter): string {
  return chapter.id.slice(chapter.id.indexOf("/") + 1);
}

/** A chapter's address without its language: "/chapters/failover/". */
export function chapterPath(chapter: Chapter): string {
  return `/chapters/${chapterName(chapter)}/`;
}
