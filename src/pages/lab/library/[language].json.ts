// The library's titles, goals and hints in one language, fetched when its list is opened.
import type { APIRoute } from "astro";
import { type Language, languages } from "../../../i18n/language.ts";
import { libraryListing } from "../../../lab/listing.ts";

export function getStaticPaths() {
  return languages.map((language) => ({ params: { language } }));
}

export const GET: APIRoute = ({ params }) =>
  Response.json(libraryListing(params["language"] as Language));
