// One request of curl and its answer, as far as they have come.
import type { CurlOptions, Url } from "./curl-options.ts";
import type { System } from "./program.ts";

export interface Transfer {
  readonly options: CurlOptions;
  readonly urls: readonly string[];
  /** Which of them this is. */
  readonly index: number;
  readonly url: Url;
  readonly address: string;
  socket: number;
  /** Over the connection of the one before. */
  isReused: boolean;
  startedAt: number;
  step: "connecting" | "connected" | "asked" | "done";
  connectedAt: number;
  firstByteAt: number;
  /** The head until it is complete; then only body bytes come. */
  head: string;
  status: number;
  /** Undefined: until the server closes. */
  length: number | undefined;
  /** Body bytes so far, and those of an incomplete character. */
  received: number;
  pendingBytes: string;
  localAddress: string;
  localPort: number;
  code: number;
}

export type Place = Pick<Transfer, "options" | "urls" | "index">;

export function newTransfer(
  base: Place & Pick<Transfer, "url" | "address" | "startedAt">,
): Transfer {
  return {
    ...base,
    socket: 0,
    isReused: false,
    step: "connecting",
    connectedAt: 0,
    firstByteAt: 0,
    head: "",
    status: 0,
    length: undefined,
    received: 0,
    pendingBytes: "",
    localAddress: "",
    localPort: 0,
    code: 0,
  };
}

export function mayReuse(before: Transfer, { address, url }: Transfer, { host }: System): boolean {
  const socket = host.sockets.get(before.socket);
  const isOpen = socket?.kind === "tcp" && socket.state === "ESTABLISHED" && !socket.endOfStream;
  const isSame = before.address === address && before.url.port === url.port;
  return isOpen && isSame && before.code === 0 && !/\r\nconnection: close/i.test(before.head);
}

export function isComplete({ status, options, length, received }: Transfer): boolean {
  if (status === 0) return false;
  if (options.head || status === 204 || status === 304) return true;
  return length !== undefined && received >= length;
}

/** What the variables of `-w` stand for. */
export function transferValues(transfer: Transfer, now: number): Readonly<Record<string, string>> {
  const since = (at: number): string =>
    ((at === 0 ? 0 : at - transfer.startedAt) / 1_000_000).toFixed(6);
  return {
    http_code: String(transfer.status).padStart(3, "0"),
    response_code: String(transfer.status).padStart(3, "0"),
    remote_ip: transfer.connectedAt === 0 ? "" : transfer.address,
    remote_port: String(transfer.connectedAt === 0 ? 0 : transfer.url.port),
    local_ip: transfer.localAddress,
    local_port: String(transfer.localPort),
    size_download: String(transfer.received),
    size_header: String(transfer.head.length),
    time_connect: since(transfer.connectedAt),
    time_starttransfer: since(transfer.firstByteAt),
    time_total: since(now),
    time_namelookup: "0.000024",
    num_connects: String(transfer.connectedAt === 0 || transfer.isReused ? 0 : 1),
    url_effective: transfer.urls[transfer.index] ?? "",
    exitcode: String(transfer.code),
  };
}
