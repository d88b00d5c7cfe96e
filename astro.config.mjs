// SITE_URL is the address the site will be published under, BASE_PATH the folder on that host.

import mdx from "@astrojs/mdx";
import sitemap from "@astrojs/sitemap";
import svelte from "@astrojs/svelte";
import { defineConfig } from "astro/config";
import { preloadFigures } from "./scripts/preload.ts";

/**
 * Pages that type commands load the whole simulator, figures a small part of it. Behind its heavier
 * doors the simulator is bundled a second time, so that no figure carries what only commands use. Its
 * modules hold no state: a world made by one copy is run by the other.
 */
const heavyDoors = {
  name: "heavy-doors",
  apply: "build",
  enforce: "pre",
  async resolveId(source, importer, options) {
    const found = await this.resolve(source, importer, { ...options, skipSelf: true });
    if (found === null || !/\/simulator\/.*[.]ts$/.test(found.id)) return null;
    const isDoor = /\/simulator\/((opinionated|printed|packets|scenarios)|programs\/index)[.]ts$/;
    if (!isDoor.test(found.id) && importer?.endsWith("?heavy") !== true) return null;
    return { ...found, id: `${found.id}?heavy` };
  },
};

/** What every figure draws with comes as one file: pages that share less of it would cut it up. */
const FIGURE = new RegExp(
  "/src/lab/(player|Dimension|instrument/" +
    "(session|cluster|score|layout|lanes|owners|lens|frames|upcoming|drafts|keys|classroom|keep-run" +
    "|NetworkMap|HostBox|FrameFlight|WaitingDial|Belief|AddressFlag|Score|DirectorLane|ClientLane" +
    "|FigureFoot|LiveRegion))[.]",
);

export default defineConfig({
  site: process.env.SITE_URL ?? "http://localhost:4321",
  base: process.env.BASE_PATH ?? "/",
  trailingSlash: "always",
  output: "static",
  compressHTML: true,
  i18n: {
    locales: ["en", { path: "zh", codes: ["zh-CN"] }],
    defaultLocale: "en",
    routing: { prefixDefaultLocale: false },
  },
  integrations: [
    mdx(),
    svelte(),
    preloadFigures(),
    sitemap({
      i18n: { defaultLocale: "en", locales: { en: "en", zh: "zh-CN" } },
      filter: (page) => !page.includes("/404"),
    }),
  ],
  // Configuration is coloured by our own excerpts; other code stands as it is.
  markdown: { syntaxHighlight: false },
  build: { inlineStylesheets: "never" },
  devToolbar: { enabled: false },
  // Astro marks modules with a directive of its own, of which the bundler need not warn.
  vite: {
    plugins: [heavyDoors],
    build: {
      rolldownOptions: {
        checks: { moduleLevelDirective: false },
        output: {
          codeSplitting: {
            groups: [
              { name: "svelte", test: /[/]node_modules[/](svelte|esm-env|clsx)[/]/, priority: 1 },
              { name: "figure", test: FIGURE },
            ],
          },
        },
      },
    },
  },
  security: {
    csp: {
      directives: [
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
      ],
      // The terminal, the editor and the charts write style elements and attributes.
      styleDirective: { resources: ["'self'", "'unsafe-inline'"] },
    },
  },
});
