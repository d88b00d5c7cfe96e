// A small static server for the built site, as any web host would serve it: index.html in
// folders, 404.html with status 404, gzip for text. Only on this machine's own address.

import * as fs from "node:fs";
import * as http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { root } from "./run.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".xml": "application/xml",
  ".txt": "text/plain; charset=utf-8",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".pcap": "application/vnd.tcpdump.pcap",
};
const TEXT = /^(text|application\/(json|xml)|image\/svg)/;

/** Serves `folder` under `base` on the first free port from `port` on; resolves to the address. */
export function serve(folder: string, base: string, port: number): Promise<string> {
  const server = http.createServer((request, response) => answer(folder, base, request, response));
  return new Promise((resolve, reject) => {
    let candidate = port;
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE" || candidate > port + 100) return reject(error);
      candidate += 1;
      server.listen(candidate, "127.0.0.1");
    });
    server.on("listening", () => resolve(`http://127.0.0.1:${candidate}${base}`));
    server.listen(candidate, "127.0.0.1");
  });
}

/** The base path the site was built for, with a slash at both ends. */
export function basePath(): string {
  const base = process.env["BASE_PATH"] ?? "/";
  return `/${base}/`.replace(/\/+/g, "/");
}

function answer(
  folder: string,
  base: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): void {
  const found = fileOf(folder, base, request.url ?? "/");
  if (typeof found === "object") {
    response.writeHead(301, { location: found.moved }).end();
    return;
  }
  const file = found ?? path.join(folder, "404.html");
  if (!fs.existsSync(file)) {
    response.writeHead(404).end("not found\n");
    return;
  }
  const type = TYPES[path.extname(file)] ?? "application/octet-stream";
  const body = fs.readFileSync(file);
  const isZipped = TEXT.test(type) && /\bgzip\b/.test(String(request.headers["accept-encoding"]));
  const headers: Record<string, string> = { "content-type": type, vary: "accept-encoding" };
  if (isZipped) headers["content-encoding"] = "gzip";
  response.writeHead(found === undefined ? 404 : 200, headers);
  response.end(request.method === "HEAD" ? undefined : isZipped ? gzipSync(body) : body);
}

/** The file an address means, where it moved to, or nothing. */
function fileOf(folder: string, base: string, url: string): string | { moved: string } | undefined {
  let pathname: string;
  try {
    pathname = decodeURIComponent(new URL(url, "http://127.0.0.1").pathname);
  } catch {
    return undefined;
  }
  if (!pathname.startsWith(base)) return undefined;
  const file = path.join(folder, pathname.slice(base.length));
  const isOutside = path.relative(folder, file).startsWith("..");
  const stat = isOutside ? undefined : fs.statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile()) return file;
  if (!stat?.isDirectory() || !fs.existsSync(path.join(file, "index.html"))) return undefined;
  return pathname.endsWith("/") ? path.join(file, "index.html") : { moved: `${pathname}/` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.env["PORT"] ?? 4321);
  console.log(await serve(path.join(root, "dist"), basePath(), port));
}
