// The list of a chapter's sections is read off the rendered chapter, so that a title is written
// once, in the text.

export type SectionTitle = { readonly id: string; readonly title: string };

const OPENING = /<section class="row"(?=[^>]* id="([^"]+)")(?=[^>]* data-title="([^"]+)")/g;
const ENTITIES: Record<string, string> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#34;": '"',
  "&#38;": "&",
  "&#39;": "'",
};

/** Every section of `html` that has both an id and a title, in order. */
export function sectionsOf(html: string): SectionTitle[] {
  return [...html.matchAll(OPENING)].map(([, id = "", title = ""]) => ({
    id,
    title: title.replace(/&[#\w]+;/g, (entity) => ENTITIES[entity] ?? entity),
  }));
}
