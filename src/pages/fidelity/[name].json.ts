// What one recording's comparison shows, fetched when a reader opens it.
import type { APIRoute } from "astro";
import { measuredRecordings } from "../../fidelity/measured.ts";

export function getStaticPaths() {
  return measuredRecordings().map(({ name, rows, latest }) => ({
    params: { name },
    props: { rows, latest },
  }));
}

export const GET: APIRoute = ({ props }) => Response.json(props);
