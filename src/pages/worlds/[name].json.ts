// The worlds that figures begin from, as static files.
import type { APIRoute } from "astro";
import { worldNames, worldText, type WorldName } from "../../lab/worlds.ts";

export const prerender = true;

export function getStaticPaths() {
  return worldNames.map((name) => ({ params: { name } }));
}

export const GET: APIRoute = ({ params }) =>
  new Response(worldText(params["name"] as WorldName), {
    headers: { "Content-Type": "application/json" },
  });
