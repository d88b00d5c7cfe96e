// ICMP as a host does it: answers echo, complains about packets it cannot deliver (rate limited,
// I10), and tells its own sockets of complaints received.
import type { Sim } from "../kernel/sim.ts";
import { type Ip, isMulticastIp } from "../wire/address.ts";
import {
  type IcmpEcho,
  type IcmpError,
  type IcmpUnreachable,
  type IcmpMessage,
  FRAGMENTATION_NEEDED,
  isIcmpError,
  UNREACHABLE_HOST,
  UNREACHABLE_PORT,
  UNREACHABLE_PROTOCOL,
} from "../wire/icmp.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { Host } from "./host.ts";
import { nextPacketId, sendIpv4 } from "./ip-output.ts";
import { isLocalAddress, routeTo } from "./route.ts";
import { obeyRedirect } from "./redirect.ts";
import type { SocketError } from "./socket.ts";
import { sysctlNumber } from "./sysctl.ts";
import { tcpError, tcpTooBig } from "./tcp-icmp.ts";
import { udpError } from "./udp.ts";

/** One error a second to each peer, six in a burst (I10). */
const ERROR_INTERVAL_US = 1_000_000;
const ERROR_BURST = 6;
/** Errors and redirects travel as "internetwork control" (recorded: tos 192). */
const ERROR_TOS = 0xc0;

/** `taken` says that a raw socket has read it: ping hears of replies and of errors. */
export function receiveIcmp(
  host: Host,
  packet: Ipv4Packet,
  message: IcmpMessage,
  taken: boolean,
  sim: Sim,
): void {
  if (message.type === "echo-request") return receiveEcho(host, packet, message, sim);
  const isUsed = isIcmpError(message) && useError(host, packet, message, sim);
  if (isUsed || taken) return;
  sim.record(host, "drop.icmp-without-use", { type: message.type, source: packet.source });
}

function receiveEcho(host: Host, packet: Ipv4Packet, message: IcmpEcho, sim: Sim): void {
  if (sysctlNumber(host, "net.ipv4.icmp_echo_ignore_all") !== 0) {
    return sim.record(host, "drop.echo-ignored", { source: packet.source });
  }
  answerEcho(host, packet, { ...message, type: "echo-reply" }, sim);
}

/** Whether the complaint changes anything here: who sent the quoted packet may be gone. */
function useError(host: Host, packet: Ipv4Packet, error: IcmpError, sim: Sim): boolean {
  switch (error.type) {
    case "unreachable":
      if (error.code === FRAGMENTATION_NEEDED) return learnMtu(host, error, sim);
      return tellSocket(host, error.quoted, errorOf(error.code), sim);
    case "redirect":
      return obeyRedirect(host, packet, error, sim);
    case "time-exceeded":
      return false;
  }
}

/** The reply comes from the address that was asked: the VIP answers as the VIP. */
function answerEcho(host: Host, packet: Ipv4Packet, reply: IcmpMessage, sim: Sim): void {
  const source = isLocalAddress(host, packet.destination) ? packet.destination : undefined;
  const from = source ?? routeTo(host, packet.source)?.source;
  if (from === undefined) {
    return sim.record(host, "drop.no-route", { destination: packet.source });
  }
  send(host, from, packet.source, { tos: packet.tos, payload: reply }, sim);
}

function errorOf(code: number): SocketError {
  switch (code) {
    case UNREACHABLE_PORT:
    case UNREACHABLE_PROTOCOL:
      return "ECONNREFUSED";
    case UNREACHABLE_HOST:
      return "EHOSTUNREACH";
    default:
      return "ENETUNREACH";
  }
}

/** A narrower link on the way; each connection learns of it for itself (Linux keeps it by route). */
function learnMtu(host: Host, { mtu, quoted }: IcmpUnreachable, sim: Sim): boolean {
  if (mtu === undefined || quoted.payload.protocol !== "tcp") return false;
  return tcpTooBig(host, quoted, quoted.payload, mtu, sim);
}

function tellSocket(host: Host, quoted: Ipv4Packet, error: SocketError, sim: Sim): boolean {
  const { payload } = quoted;
  if (payload.protocol === "tcp") return tcpError(host, quoted, payload, error, sim);
  return payload.protocol === "udp" && udpError(host, quoted, payload, error, sim);
}

/**
 * Complains about `about` to its sender. `source` is the address it comes from; by default the one
 * the packet was sent to, if that is ours, else the one the route back selects.
 */
export function sendIcmpError(
  host: Host,
  error: { readonly code: number; readonly mtu?: number } | "time-exceeded",
  about: Ipv4Packet,
  sim: Sim,
  source?: Ip,
): void {
  if (isMulticastIp(about.destination) || about.payload.protocol === "icmp") {
    if (about.payload.protocol !== "icmp" || !about.payload.type.startsWith("echo")) return;
  }
  // To this host itself it goes by lo, without a limit, and arrives a moment later (I226).
  const isOwn = isLocalAddress(host, about.source);
  if (!isOwn && !takeCredit(host, about.source, sim.now)) {
    sim.record(host, "drop.icmp-rate-limit", { destination: about.source });
    return;
  }
  const own = isLocalAddress(host, about.destination) ? about.destination : undefined;
  const from = source ?? own ?? routeTo(host, about.source)?.source;
  if (from === undefined) return;
  const message: IcmpMessage =
    error === "time-exceeded"
      ? { protocol: "icmp", type: "time-exceeded", quoted: about }
      : { protocol: "icmp", type: "unreachable", ...error, quoted: about };
  send(host, from, about.source, { tos: ERROR_TOS, payload: message }, sim);
}

function send(
  host: Host,
  source: Ip,
  destination: Ip,
  { tos, payload }: { readonly tos: number; readonly payload: IcmpMessage },
  sim: Sim,
): void {
  const id = nextPacketId(host, source, destination, sim);
  const common = { protocol: "ipv4", ttl: 64, dontFragment: false } as const;
  sendIpv4(host, { ...common, source, destination, tos, id, payload }, sim);
}

/** The same complaint about another packet: what a tunnel's far end said of its contents (I38). */
export function forwardIcmpError(host: Host, error: IcmpError, about: Ipv4Packet, sim: Sim): void {
  if (error.type === "unreachable") sendIcmpError(host, numbersOf(error), about, sim);
  else if (error.type === "time-exceeded") sendIcmpError(host, "time-exceeded", about, sim);
  else sim.record(host, "drop.icmp-without-use", { type: error.type, source: about.destination });
}

function numbersOf({ code, mtu }: IcmpUnreachable): { code: number; mtu?: number } {
  return mtu === undefined ? { code } : { code, mtu };
}

/** Tells a neighbour of a shorter way to one host (I18, I30). */
export function sendRedirect(host: Host, gateway: Ip, about: Ipv4Packet, sim: Sim): void {
  if (!mayRedirect(host, about.source, sim.now)) return;
  const from = routeTo(host, about.source)?.source;
  if (from === undefined) return;
  const payload: IcmpMessage = { protocol: "icmp", type: "redirect", gateway, quoted: about };
  send(host, from, about.source, { tos: ERROR_TOS, payload }, sim);
}

/** The first interval; it doubles with each redirect, and after nine comes a silence (I30). */
const REDIRECT_INTERVAL_US = 20_000;
const REDIRECTS = 9;
const REDIRECT_SILENCE_US = 20_480_000;

function mayRedirect(host: Host, peer: Ip, now: number): boolean {
  const before = host.redirects.get(peer);
  const isOver = before !== undefined && now - before.at > REDIRECT_SILENCE_US;
  const sent = before === undefined || isOver ? 0 : before.sent;
  if (sent >= REDIRECTS) {
    host.redirects.set(peer, { sent, at: now });
    return false;
  }
  const wait = REDIRECT_INTERVAL_US * 2 ** sent;
  if (sent > 0 && before !== undefined && now - before.at <= wait) return false;
  host.redirects.set(peer, { sent: sent + 1, at: now });
  // Both limits share one clock: after a redirect no error is due for a second (recorded: lvs-c2).
  host.icmpCredit.set(peer, { tokens: host.icmpCredit.get(peer)?.tokens ?? 0, at: now });
  return true;
}

function takeCredit(host: Host, peer: Ip, now: number): boolean {
  const most = ERROR_BURST * ERROR_INTERVAL_US;
  const credit = host.icmpCredit.get(peer) ?? { tokens: 0, at: now - most };
  const tokens = Math.min(most, credit.tokens + now - credit.at);
  const enough = tokens >= ERROR_INTERVAL_US;
  host.icmpCredit.set(peer, { tokens: enough ? tokens - ERROR_INTERVAL_US : tokens, at: now });
  return enough;
}
