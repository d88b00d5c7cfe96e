// What nginx 1.22.1 answers, byte for byte as recorded, and the line it writes of it.
import { civilDate, plainFile } from "../host/files.ts";
import type { Sim } from "../kernel/sim.ts";
import type { NginxConfiguration } from "./nginx-configuration.ts";
import type { System } from "./program.ts";
import { bytesOf } from "./utf8.ts";

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly keepAlive: boolean;
  readonly isValid: boolean;
  /** "GET / HTTP/1.1". */
  readonly line: string;
  readonly agent: string;
  readonly referrer: string;
}

export function parseRequest(head: string): Request {
  const [line = "", ...headers] = head.split("\r\n");
  const match = /^([A-Z]+) (\S+) HTTP\/1\.([01])$/.exec(line);
  const named = (name: string): string | undefined =>
    headers
      .find((header) => header.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const connection = named("connection")?.toLowerCase();
  const keepAlive = match?.[3] === "1" ? connection !== "close" : connection === "keep-alive";
  return {
    method: match?.[1] ?? "",
    path: match?.[2] ?? "/",
    keepAlive: match !== null && keepAlive,
    isValid: match !== null,
    line,
    agent: named("user-agent") ?? "-",
    referrer: named("referer") ?? "-",
  };
}

function epochOf(sim: Sim): number {
  return sim.world.startEpoch + Math.floor(sim.now / 1_000_000);
}

/** The answer's bytes, with what the access log says of it. */
export interface Answer {
  readonly text: string;
  readonly status: number;
  readonly bodyLength: number;
}

export function answerTo(
  request: Request,
  { root, index }: NginxConfiguration,
  { host, sim }: System,
): Answer {
  const wanted = request.path.split("?")[0] ?? "/";
  const isDirectory = wanted.endsWith("/");
  const path = root + (isDirectory ? `${wanted}${index}` : wanted);
  const content = request.isValid ? plainFile(host, path, sim) : undefined;
  const now = epochOf(sim);
  if (content === undefined) {
    // A directory without its index may not be listed; `/` is there in any case.
    const missing = wanted === "/" ? "403 Forbidden" : "404 Not Found";
    return errorPage(request, request.isValid ? missing : "400 Bad Request", now);
  }
  const body = bytesOf(content);
  const modified = host.files.get(path)?.modified ?? now;
  const headers = [
    "HTTP/1.1 200 OK",
    "Server: nginx/1.22.1",
    `Date: ${httpDate(now)}`,
    "Content-Type: text/html",
    `Content-Length: ${body.length}`,
    `Last-Modified: ${httpDate(modified)}`,
    `Connection: ${request.keepAlive ? "keep-alive" : "close"}`,
    `ETag: "${modified.toString(16)}-${body.length.toString(16)}"`,
    "Accept-Ranges: bytes",
  ];
  return wholeAnswer(request, 200, headers, body);
}

function wholeAnswer(
  request: Request,
  status: number,
  headers: readonly string[],
  body: string,
): Answer {
  const sent = request.method === "HEAD" ? "" : body;
  return { text: `${headers.join("\r\n")}\r\n\r\n${sent}`, status, bodyLength: sent.length };
}

function errorPage(request: Request, status: string, now: number): Answer {
  const body = [
    "<html>",
    `<head><title>${status}</title></head>`,
    "<body>",
    `<center><h1>${status}</h1></center>`,
    "<hr><center>nginx/1.22.1</center>",
    "</body>",
    "</html>",
    "",
  ].join("\r\n");
  const headers = [
    `HTTP/1.1 ${status}`,
    "Server: nginx/1.22.1",
    `Date: ${httpDate(now)}`,
    "Content-Type: text/html",
    `Content-Length: ${body.length}`,
    `Connection: ${request.keepAlive ? "keep-alive" : "close"}`,
  ];
  return wholeAnswer(request, Number(status.slice(0, 3)), headers, body);
}

const DAYS = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** "Mon, 23 Nov 2026 02:52:11 GMT" (RFC 9110 5.6.7). */
function httpDate(epoch: number): string {
  const days = Math.floor(epoch / 86_400);
  const { year, month, day } = civilDate(days);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const seconds = epoch % 86_400;
  const time = `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${DAYS[days % 7]}, ${two(day)} ${MONTHS[month - 1]} ${year} ${time} GMT`;
}

/** "192.168.1.2 - - [23/Nov/2026:02:57:53 +0000] "GET / HTTP/1.1" 200 14 "-" "curl/7.88.1"". */
export function accessLine(
  { line, referrer, agent }: Request,
  { status, bodyLength }: Answer,
  client: string,
  sim: Sim,
): string {
  const [, day, month, year, time] = httpDate(epochOf(sim)).split(" ");
  const at = `[${day}/${month}/${year}:${time} +0000]`;
  return `${client} - - ${at} "${line}" ${status} ${bodyLength} "${referrer}" "${agent}"\n`;
}
