// UDP_CHECK and DNS_CHECK (K89, K131): a datagram and what comes of it, as measured with keepalived
// 2.2.7. A UDP_CHECK without `require_reply` succeeds with the first reply, or in silence.
import type { SocketError, UdpSocket } from "../host/socket.ts";
import { openUdp, sendUdp } from "../host/udp.ts";
import {
  afterRetries,
  type Check,
  type CheckKind,
  isNews,
  limit,
  serverName,
  succeedPlain,
  tell,
} from "./checker.ts";
import { failDatagram } from "./fail-datagram.ts";
import type { DnsCheckerConfig, UdpCheckerConfig } from "./config.ts";

/** 32 bytes. */
const PAYLOAD = "keepalived check - keepalived ch";
const ERRNO: Partial<Record<SocketError, string>> = {
  ECONNREFUSED: "111 (Connection refused)",
  EHOSTUNREACH: "113 (No route to host)",
  ENETUNREACH: "101 (Network is unreachable)",
};

export const udpCheck: CheckKind = {
  begin(check) {
    const { payload = PAYLOAD } = udpConfig(check);
    if (send(check, payload)) return;
    if (isNews(check.checker)) tell(check, "UDP connect error 101 - Network is unreachable");
    failUdp(check, undefined);
  },
  hear(check, socket) {
    if (socket.kind !== "udp") return;
    const name = serverName(check);
    const failed = `UDP connection to ${name} failed.`;
    if (socket.error !== undefined) return failUdp(check, failed);
    const reply = nextReply(check, socket);
    if (reply === undefined) return;
    if (isRequired(udpConfig(check), reply)) return succeedUdp(check);
    failUdp(check, `UDP check to ${name} reply data mismatch.`);
  },
  timeout(check) {
    if (!udpConfig(check).needsReply) return succeedUdp(check);
    failUdp(check, `UDP connection to ${serverName(check)} failed.`);
  },
};

function udpConfig({ checker: { config } }: Check): UdpCheckerConfig {
  return config as UdpCheckerConfig;
}

function succeedUdp(check: Check): void {
  succeedPlain(check, `UDP connection to ${serverName(check)} success.`);
}

/** Compared as far as the shorter of the two goes. */
function isRequired(config: UdpCheckerConfig, reply: string): boolean {
  const { reply: required, minimumReply, maximumReply } = config;
  if (required === undefined) return true;
  if (reply.length < minimumReply || reply.length > maximumReply) return false;
  return required.startsWith(reply.slice(0, required.length));
}

function failUdp(check: Check, how: string | undefined): void {
  const { checker } = check;
  const result = `UDP_CHECK on service ${serverName(check)} ${afterRetries(checker)}`;
  const tellsHow = how !== undefined && checker.up && checker.config.logAllFailures;
  failDatagram(check, { between: how, last: tellsHow ? [how, result] : [result] });
}

export const dnsCheck: CheckKind = {
  begin(check) {
    const { checker, speaker } = check;
    const config = checker.config as DnsCheckerConfig;
    checker.identifier = Math.floor(speaker.system.sim.random() * 65_536);
    if (send(check, dnsQuestion(checker.identifier, config))) return;
    failDns(check, `network unreachable for [${config.connectIp}]:${config.connectPort}`);
  },
  hear(check, socket) {
    if (socket.kind !== "udp") return;
    const { error } = socket;
    if (error !== undefined) {
      return failDns(check, `failed to read socket; errno ${ERRNO[error] ?? error}`);
    }
    for (;;) {
      const reply = nextReply(check, socket);
      if (reply === undefined) return;
      const code = dnsResult(reply, check.checker.identifier);
      // Whatever is no answer to this question is passed over.
      if (code === undefined) continue;
      // A success is not told; no answers in it are good enough.
      if (code === 0) return succeedPlain(check);
      return failDns(check, `read error occurred. (rcode = ${code})`);
    }
  },
  timeout: (check) => {
    failDns(check, "read timeout from socket");
  },
};

function failDns(check: Check, how: string): void {
  const { hasRun, config } = check.checker;
  const text = `DNS_CHECK (${serverName(check)}) ${how}`;
  const last = hasRun ? `${text} after ${config.retries} retries` : text;
  failDatagram(check, { between: text, last: [last] });
}

/** RFC 1035 4.1: one question of class IN, recursion desired. */
function dnsQuestion(identifier: number, { name, queryType }: DnsCheckerConfig): string {
  const labels = name.split(".").filter((label) => label !== "");
  const written = labels.map((label) => String.fromCharCode(label.length) + label).join("");
  const numbers = [identifier, 0x0100, 1, 0, 0, 0].map(two).join("");
  return `${numbers}${written}\0${two(queryType)}${two(1)}`;
}

function two(value: number): string {
  return String.fromCharCode(value >> 8, value & 0xff);
}

/** The answer's RCODE; undefined when it is no answer, or one to another question. */
function dnsResult(reply: string, identifier: number): number | undefined {
  const isAnswer = (reply.charCodeAt(2) & 0x80) !== 0;
  if (reply.length < 12 || !isAnswer || !reply.startsWith(two(identifier))) return undefined;
  return reply.charCodeAt(3) & 0x0f;
}

/** From a new port to the server; false when there is no way to it. */
function send(check: Check, data: string): boolean {
  const { speaker, checker } = check;
  const { system, process } = speaker;
  const { connectIp, connectPort, connectTimeoutUs } = checker.config;
  const opened = openUdp(system, process);
  if ("error" in opened) return false;
  const socket = system.host.sockets.get(opened.socket) as UdpSocket;
  checker.socket = opened.socket;
  const failed = sendUdp(system, socket, { destination: connectIp, port: connectPort }, data);
  if (failed !== undefined) return false;
  limit(check, connectTimeoutUs);
  return true;
}

/** The socket is connected: only the server itself is heard. */
function nextReply({ checker }: Check, socket: UdpSocket): string | undefined {
  const { connectIp, connectPort } = checker.config;
  const at = socket.received.findIndex(
    ({ source, sourcePort }) => source === connectIp && sourcePort === connectPort,
  );
  const taken = socket.received.splice(0, at < 0 ? socket.received.length : at + 1);
  return at < 0 ? undefined : taken.at(-1)?.data;
}
