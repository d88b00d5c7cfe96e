// PING_CHECK (K89, K131): an echo request and its reply. What is on the wire and in the log was
// measured with keepalived 2.2.7. Left out: that a router's complaint ends the wait.
import { nextPacketId, sendIpv4 } from "../host/ip-output.ts";
import { openRaw } from "../host/raw.ts";
import { routeTo } from "../host/route.ts";
import type { Socket } from "../host/socket.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import {
  afterRetries,
  type Check,
  type CheckKind,
  limit,
  serverName,
  succeedPlain,
  tell,
  virtualName,
} from "./checker.ts";
import { failDatagram } from "./fail-datagram.ts";

/** 128 bytes, the text over and over. */
const DATA = "keepalived check - ".repeat(7).slice(0, 128);

export const pingCheck: CheckKind = {
  begin(check) {
    const { speaker, checker } = check;
    const { system, process } = speaker;
    const { host, sim } = system;
    const { connectIp, connectTimeoutUs } = checker.config;
    const request = echoRequest(check);
    checker.socket = openRaw(system, process, { protocol: "icmp" });
    const source = routeTo(host, connectIp)?.source;
    const id = source === undefined ? 0 : nextPacketId(host, source, connectIp, sim);
    const common = { protocol: "ipv4", ttl: 64, tos: 0, id, dontFragment: true } as const;
    const packet = { ...common, source: source ?? "", destination: connectIp, payload: request };
    if (source !== undefined && sendIpv4(host, packet, sim)) return limit(check, connectTimeoutUs);
    // Told each time, also while the server is down.
    tell(check, "send ICMP packet fail");
    fail(check, false);
  },
  hear(check, socket) {
    if (!isAnswered(check, socket)) return;
    succeedPlain(check, `ICMP connection to ${serverName(check)} success.`);
  },
  timeout: (check) => {
    fail(check, true);
  },
};

/** Identifiers count on from the first, sequence numbers from 0, these with their bytes swapped. */
function echoRequest({ speaker, memory, checker }: Check): Ipv4Packet["payload"] {
  memory.pings ??= { first: Math.floor(speaker.system.sim.random() * 65_536), sent: 0 };
  const sent = memory.pings.sent++;
  const identifier = (memory.pings.first + sent) & 0xffff;
  const sequence = ((sent & 0xff) << 8) | ((sent >> 8) & 0xff);
  checker.identifier = identifier;
  return { protocol: "icmp", type: "echo-request", identifier, sequence, data: DATA };
}

function isAnswered({ checker }: Check, socket: Socket): boolean {
  if (socket.kind !== "raw") return false;
  const packets = socket.received;
  socket.received = [];
  return packets.some(
    ({ source, payload }) =>
      source === checker.config.connectIp &&
      payload.protocol === "icmp" &&
      payload.type === "echo-reply" &&
      payload.identifier === checker.identifier,
  );
}

function fail(check: Check, wasSent: boolean): void {
  const { checker } = check;
  const name = serverName(check);
  const waited = `ICMP connection to address ${name} timeout.`;
  const end = afterRetries(checker);
  // The service is named together with the retries.
  const of = end === "failed." ? "" : `of ${virtualName(check)} `;
  const result = `ICMP CHECK on service ${name} ${of}${end}`;
  const tellsWait = wasSent && checker.up && checker.config.logAllFailures;
  failDatagram(check, {
    between: wasSent ? waited : undefined,
    last: tellsWait ? [waited, result] : [result],
  });
}
