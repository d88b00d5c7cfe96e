// A scenario of the library as a file to take away, without the library's own words.
import type { APIRoute } from "astro";
import { libraryEntry, libraryNames } from "../../../lab/library.ts";

export function getStaticPaths() {
  return libraryNames().map((name) => ({ params: { name } }));
}

export const GET: APIRoute = ({ params }) =>
  Response.json(libraryEntry(params["name"] ?? "").scenario);
