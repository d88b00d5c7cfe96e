// The site's two languages: their words, and their addresses.
// Sentences may hold `{name}` places, which `fill` fills, and `{vip}` and `code` in backticks,
// which the Words component draws.

import en from "./en.json" with { type: "json" };
import zh from "./zh.json" with { type: "json" };

export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];
export type Words = typeof en;

/** Each language as documents name it (BCP 47). */
export const languageTags: Record<Language, string> = { en: "en", zh: "zh-CN" };

const dictionaries: Record<Language, Words> = { en, zh };

export function wordsOf(language: Language): Words {
  return dictionaries[language];
}

/** The language of a page from its locale ("en", "zh", "zh-CN"); English where there is none. */
export function languageOf(locale: string | undefined): Language {
  return locale?.startsWith("zh") ? "zh" : "en";
}

export function otherLanguage(language: Language): Language {
  return language === "en" ? "zh" : "en";
}

/** Puts `values` into the `{name}` places of a sentence; an unknown place is our bug. */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => {
    if (name === "vip") return place;
    const value = values[name];
    if (value === undefined) throw new Error(`no value for ${place} in “${sentence}”`);
    return String(value);
  });
}

/** The address, below `base`, of `path` (written without language: "/chapters/failover/"). */
export function hrefOf(language: Language, path: string, base: string): string {
  const prefix = language === "en" ? "" : `/${language}`;
  return `${base.replace(/\/$/, "")}${prefix}${path}`;
}
