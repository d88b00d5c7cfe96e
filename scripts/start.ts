// Builds the site and serves it on one printed address.

import path from "node:path";
import { root, run } from "./run.ts";
import { basePath, serve } from "./serve.ts";

console.log("Building the site …");
if (run("astro build --silent")) {
  const port = Number(process.env["PORT"] ?? 4321);
  const address = await serve(path.join(root, "dist"), basePath(), port);
  console.log(`\nFloating VIP is at ${address}   (Ctrl-C ends it)`);
} else {
  console.error("The build failed; what is above says why.");
  process.exitCode = 1;
}
