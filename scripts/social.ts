// Draws public/social.png, the picture that other sites show beside a link to this one, with the
// notebook's own fonts and signs. Run by hand when the drawing changes.

import * as fs from "node:fs";
import path from "node:path";
import { chromium } from "playwright";
import { browserFlags, provideBrowser } from "./browser.ts";
import { root } from "./run.ts";

const font = (file: string) =>
  fs.readFileSync(path.join(root, "src/styles/fonts", file)).toString("base64");

const director = (x: number, name: string, address: string, role: string) => `
  <rect x="${x}" y="388" width="330" height="132" class="box"/>
  <path d="M${x + 22} 430h16c10 0 8-13 24-13M${x + 38} 430c10 0 8 13 24 13" class="line"/>
  <circle cx="${x + 38}" cy="430" r="4.5" fill="#1d1b18"/>
  <text x="${x + 80}" y="439" class="b" font-size="29">${name}</text>
  <text x="${x + 80}" y="470" font-size="24" fill="#4f4a42">${address}</text>
  <text x="${x + 80}" y="500" font-size="21" fill="#6b655b">${role}</text>
  <path d="M${x + 165} 520v62" class="line"/>`;

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630">
  <rect width="1200" height="630" fill="#f4f0e7"/>
  <text x="72" y="150" style="font-family: Serif4" font-weight="600" font-size="104"
    letter-spacing="-2.6">Floating VIP</text>
  <text x="76" y="206" font-size="31" fill="#4f4a42">Keepalived and LVS, in a notebook you can
    unplug</text>
  <path d="M252 380C252 300 330 302 416 302" class="arc"/>
  <path d="M948 380C948 300 870 302 796 302" class="arc"/>
  <path d="M424 262H788L772 302L788 342H424Z" class="flag"/>
  <text x="598" y="317" text-anchor="middle" class="b" font-size="45" fill="#bc3a0e">
    192.168.88.100</text>
  ${director(87, "keepalived", "192.168.88.8", "priority 100")}
  ${director(783, "keepalived-backup", "192.168.88.9", "priority 99")}
  <rect x="72" y="582" width="1056" height="26" class="box"/>
</svg>`;

const page = `<!doctype html><style>
  @font-face { font-family: Serif4; font-weight: 200 900;
    src: url(data:font/woff2;base64,${font("source-serif-4.woff2")}) }
  @font-face { font-family: Plex; src: url(data:font/woff2;base64,${font("plex-cond-400.woff2")}) }
  @font-face { font-family: Plex; font-weight: 600;
    src: url(data:font/woff2;base64,${font("plex-cond-600.woff2")}) }
  body { margin: 0 } svg { display: block } text { font-family: Plex }
  .b { font-weight: 600 }
  .box { fill: #fbf9f3; stroke: #1d1b18; stroke-width: 2 }
  .line { fill: none; stroke: #1d1b18; stroke-width: 2 }
  .flag { fill: #fbf9f3; stroke: #bc3a0e; stroke-width: 2.5; stroke-dasharray: 8 6 }
  .arc { fill: none; stroke: #bc3a0e; stroke-width: 2.5; stroke-dasharray: 4 9 }
</style>${svg}`;

const options = { executablePath: provideBrowser(), args: browserFlags() };
const browser = await chromium.launch(options);
const tab = await browser.newPage({ viewport: { width: 1200, height: 630 } });
await tab.setContent(page);
await tab.evaluate(() => document.fonts.ready);
await tab.screenshot({ path: path.join(root, "public", "social.png") });
await browser.close();
