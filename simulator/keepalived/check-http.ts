// HTTP_GET and SSL_GET (K87, K140-K145): a request to the server's own address for one url a round.
import type { HttpCheckerConfig } from "./config.ts";
import {
  again,
  bringUp,
  type Check,
  type CheckKind,
  finish,
  isNews,
  limit,
  serverName,
  takeDown,
  tell,
} from "./checker.ts";
import { connectionState, openConnection } from "./check-tcp.ts";
import { hexadecimal, md5 } from "./md5.ts";
import { abortSocket, receiveTcpData, sendTcp } from "../host/tcp.ts";

/**
 * The first record of a TLS handshake, as long as OpenSSL's (measured), which no web server of the
 * lessons understands.
 */
const CLIENT_HELLO = `\x16\x03\x01\x01\x24\x01\x00\x01\x20\x03\x03${"\0".repeat(282)}\r\n\r\n`;
/** From the answer to the decision that it is no handshake (measured). */
const HANDSHAKE_US = 600;

const HANDSHAKE_FAILED = "SSL handshake/communication error connecting to server";
const CONNECTION_FAILED = "Connection failed server";

export const httpCheck: CheckKind = {
  begin(check) {
    if (openConnection(check)) return;
    failHttp(check, configOf(check), "HTTP_CHECK - network unreachable server");
  },
  hear(check, socket) {
    const state = connectionState(socket);
    const config = configOf(check);
    if (check.checker.connected) return readHttp(check, config, socket.id);
    if (state === "closed") return failHttp(check, config, CONNECTION_FAILED);
    if (state === "open") askHttp(check, config, socket.id);
  },
  timeout(check) {
    const { connected, received } = check.checker;
    const config = configOf(check);
    if (config.type === "SSL_GET" && received !== "") return breakOff(check, config);
    // A TLS handshake is part of connecting.
    const isOpen = connected && config.type === "HTTP_GET";
    const step = received === "" ? "WEB read" : "HTTP read";
    failHttp(check, config, `Timeout ${isOpen ? step : "connecting"} server`);
  },
};

function configOf({ checker }: Check): HttpCheckerConfig {
  return checker.config as HttpCheckerConfig;
}

/** The connection stands: ask. */
function askHttp(check: Check, config: HttpCheckerConfig, socket: number): void {
  check.checker.connected = true;
  const text = config.type === "SSL_GET" ? CLIENT_HELLO : requestText(config, check.checker.url);
  sendTcp(check.speaker.system, socket, text);
  limit(check, config.connectTimeoutUs);
}

/** Something came: read on until the server closes, then judge. */
function readHttp(check: Check, config: HttpCheckerConfig, socket: number): void {
  const { checker, speaker } = check;
  const { data, end, error } = receiveTcpData(speaker.system, socket);
  checker.received += data;
  const isTls = config.type === "SSL_GET";
  if (error !== undefined) {
    return failHttp(check, config, isTls ? CONNECTION_FAILED : "Read error with server");
  }
  if (isTls && checker.received !== "") return limit(check, HANDSHAKE_US);
  if (isTls && end) return failHttp(check, config, HANDSHAKE_FAILED);
  if (!end) return limit(check, config.connectTimeoutUs);
  const complaint = judge(config, checker.url, checker.received);
  if (complaint === undefined) succeedHttp(check, config);
  else failHttp(check, config, complaint);
}

/** What came is no handshake: the connection is closed with the rest of it unread, by a reset. */
function breakOff(check: Check, config: HttpCheckerConfig): void {
  const { host, sim } = check.speaker.system;
  if (check.checker.socket !== undefined) abortSocket(host, check.checker.socket, sim);
  failHttp(check, config, HANDSHAKE_FAILED);
}

/** HTTP/1.0, to the server's own address (K141). */
function requestText(config: HttpCheckerConfig, url: number): string {
  const { path = "/", virtualHost } = config.urls[url] ?? {};
  const host = virtualHost ?? `${config.connectIp}:${config.connectPort}`;
  const { httpVersion: version } = config;
  const close = version === "1.0" ? "" : "Connection: close\r\n";
  const first = `GET ${path} HTTP/${version.slice(0, 3)}\r\nUser-Agent: KeepAliveClient\r\n`;
  return `${first}${close}Host: ${host}\r\n\r\n`;
}

/** What is wrong with an answer; undefined when it is good (K142). */
function judge(config: HttpCheckerConfig, index: number, received: string): string | undefined {
  // keepalived's two spaces; without the end of a header it is the same.
  if (!received.includes("\r\n\r\n")) return "Read, no data received from  server";
  const url = config.urls[index];
  const status = Number(/^HTTP\/\d\.\d (\d{3})/.exec(received)?.[1] ?? 0);
  const ranges = url?.statusCodes;
  if (ranges !== undefined && !ranges.some(([low, high]) => status >= low && status <= high)) {
    return "HTTP status code error to server";
  }
  if (url?.digest === undefined) return undefined;
  const body = received.slice(received.indexOf("\r\n\r\n") + 4);
  const bytes = Uint8Array.from(body, (character) => character.charCodeAt(0));
  return hexadecimal(md5(bytes)) === url.digest ? undefined : "MD5 digest error to server";
}

/**
 * A url that had failed is first forgiven, and all are asked from the first on; only when that is
 * done the server is back (K140). Several urls take a round each (K143); with `fast_recovery` what is
 * left to ask for a first result or on the way back is asked at once (measured).
 */
function succeedHttp(check: Check, config: HttpCheckerConfig): void {
  const { checker } = check;
  finish(check);
  checker.failures = 0;
  const name = serverName(check);
  const url = config.urls[checker.url];
  if (!checker.up) {
    const kind = url?.digest !== undefined ? "MD5 digest" : "HTTP status code";
    tell(check, `${kind} success to ${name} url(${url?.path ?? "/"})`);
  }
  const isForgiven = checker.failedUrls.includes(checker.url);
  checker.failedUrls = checker.failedUrls.filter((each) => each !== checker.url);
  checker.url = isForgiven ? 0 : (checker.url + 1) % config.urls.length;
  const isWhole = !isForgiven && checker.url === 0;
  const isAwaited = !checker.up || !checker.hasRun;
  again(check, config.fastRecovery && isAwaited && !isWhole ? 0 : config.delayLoopUs);
  if (!isWhole || !isAwaited) return;
  checker.hasRun = true;
  tell(check, `Remote Web server ${name} succeed on service.`);
  bringUp(check);
}

/** While up a failure is tried again before it counts; at the very first check it counts (K133). */
function failHttp(check: Check, config: HttpCheckerConfig, reason: string): void {
  const { checker } = check;
  finish(check);
  if (config.logAllFailures && isNews(checker)) tell(check, `${reason} ${serverName(check)}.`);
  const { retries, delayLoopUs, delayBeforeRetryUs } = config;
  if (checker.up && checker.hasRun && checker.failures < retries) {
    checker.failures++;
    return again(check, delayBeforeRetryUs);
  }
  noteFailedUrl(check);
  checker.hasRun = true;
  checker.failures = 0;
  again(check, Math.max(delayLoopUs, delayBeforeRetryUs));
  if (!checker.up) return;
  // It names its retries even where it did not use them (K133).
  const end = retries > 0 ? `failed after ${retries} retries.` : "failed.";
  tell(check, `HTTP_CHECK on service ${serverName(check)} ${end}`);
  takeDown(check);
}

function noteFailedUrl({ checker }: Check): void {
  if (checker.failedUrls.includes(checker.url)) return;
  checker.failedUrls = [...checker.failedUrls, checker.url];
}
