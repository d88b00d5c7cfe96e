// The chapters: content/en/*.mdx and content/zh/*.mdx, the same names in both.

import { defineCollection } from "astro:content";
import { glob } from "astro/loaders";
import { z } from "astro/zod";

const chapters = defineCollection({
  loader: glob({ base: "./content", pattern: "{en,zh}/*.mdx" }),
  schema: z.object({
    title: z.string(),
    /** One sentence, for search engines and previews. */
    description: z.string(),
    /** The chapter's number: the same in both languages. */
    order: z.number().int().positive(),
    minutes: z.number().int().positive(),
  }),
});

export const collections = { chapters };
