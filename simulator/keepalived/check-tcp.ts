// TCP_CHECK (K88, K146): a connection is enough. And the connecting that HTTP_GET, SSL_GET and
// SMTP_CHECK begin with.
import type { Socket } from "../host/socket.ts";
import { connectTcp } from "../host/tcp.ts";
import {
  type Check,
  type CheckKind,
  failPlain,
  finish,
  limit,
  serverName,
  succeedPlain,
  tell,
} from "./checker.ts";

export const tcpCheck: CheckKind = {
  begin: (check) => {
    if (!openConnection(check)) fail(check, undefined);
  },
  hear(check, socket) {
    const state = connectionState(socket);
    if (state === "closed") return fail(check, "failed");
    if (state === "open") succeedPlain(check, `TCP connection to ${serverName(check)} success.`);
  },
  timeout: (check) => {
    fail(check, "timeout");
  },
};

/** False when there is no way to the server. */
export function openConnection(check: Check): boolean {
  const { speaker, checker } = check;
  const { system, process } = speaker;
  const { connectIp, connectPort, connectTimeoutUs } = checker.config;
  const opened = connectTcp(system, process, { destination: connectIp, port: connectPort });
  if ("error" in opened) return false;
  checker.socket = opened.socket;
  checker.connected = false;
  checker.received = "";
  checker.answers = 0;
  limit(check, connectTimeoutUs);
  return true;
}

export function connectionState(socket: Socket): "opening" | "open" | "closed" {
  if (socket.kind !== "tcp" || socket.state === "SYN-SENT") return "opening";
  return socket.state === "CLOSED" ? "closed" : "open";
}

/** `how` is told with `log_all_failures` of each failure while the server is up (K88). */
function fail(check: Check, how: string | undefined): void {
  const { checker } = check;
  finish(check);
  if (how !== undefined && checker.config.logAllFailures && checker.up) {
    tell(check, `TCP connection to ${serverName(check)} ${how}.`);
  }
  failPlain(check, "TCP_CHECK");
}
