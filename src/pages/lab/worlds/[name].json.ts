// The world at the reader's arrival in one scenario of the library, fetched when it is opened.
import type { APIRoute } from "astro";
import { libraryNames, libraryWorld } from "../../../lab/library.ts";

export function getStaticPaths() {
  return libraryNames().map((name) => ({ params: { name } }));
}

export const GET: APIRoute = ({ params }) =>
  new Response(libraryWorld(params["name"] ?? ""), {
    headers: { "content-type": "application/json" },
  });
