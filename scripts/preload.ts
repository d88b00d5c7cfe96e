// Pages whose figure wakes at once name all of its scripts in their head: the browser fetches them
// together, not one after the other as each names the next.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";

const ISLAND = /<astro-island[^>]*?component-url="([^"]+)"[^>]*?renderer-url="([^"]+)"[^>]*?>/g;
const STATIC_IMPORT = /(?:from|import)\s*"\.\/([\w.-]+\.js)"/g;

export function preloadFigures(): AstroIntegration {
  return {
    name: "preload-figures",
    hooks: {
      "astro:build:done": ({ dir }) => {
        const root = fileURLToPath(dir);
        const files = readdirSync(root, { recursive: true, encoding: "utf8" });
        for (const file of files.filter((each) => each.endsWith(".html"))) {
          const path = join(root, file);
          const html = readFileSync(path, "utf8");
          const links = scriptsOf(html, root).map(
            (url) => `<link rel="modulepreload" href="${url}">`,
          );
          if (links.length > 0) {
            writeFileSync(path, html.replace("</head>", `${links.join("")}</head>`));
          }
        }
      },
    },
  };
}

/** What the page's islands that wake at once import, each address once. */
export function scriptsOf(html: string, root: string): string[] {
  const found = new Set<string>();
  for (const [tag, component = "", renderer = ""] of html.matchAll(ISLAND)) {
    if (!tag.includes('client="load"')) continue;
    for (const url of [component, renderer]) collect(url, root, found);
  }
  return [...found];
}

function collect(url: string, root: string, found: Set<string>): void {
  if (found.has(url)) return;
  found.add(url);
  const [folder, name] = [url.slice(0, url.lastIndexOf("/")), url.slice(url.lastIndexOf("/") + 1)];
  const text = readFileSync(join(root, "_astro", name), "utf8");
  for (const [, next = ""] of text.matchAll(STATIC_IMPORT)) {
    collect(`${folder}/${next}`, root, found);
  }
}
