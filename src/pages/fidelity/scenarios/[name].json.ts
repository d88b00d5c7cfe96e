// The scenario of a recording, to be played in the lab.
import type { APIRoute } from "astro";
import { recordedScenario, recordingNames } from "../../../fidelity/measured.ts";

export function getStaticPaths() {
  return recordingNames().map((name) => ({ params: { name } }));
}

export const GET: APIRoute = ({ params }) =>
  new Response(recordedScenario(params["name"] ?? ""), {
    headers: { "content-type": "application/json" },
  });
