// For tests: one director, one server that changes its mind, and what the checkers say of it. Programs
// stand in for servers of every kind.
import type { Process } from "../host/process.ts";
import { closeSocket, exitProcess, setTimer, type System, write } from "../host/system.ts";
import { abortSocket, acceptTcp, listenTcp, receiveTcpData, sendTcp } from "../host/tcp.ts";
import { openUdp, sendUdp } from "../host/udp.ts";
import { programs } from "../programs/index.ts";
import type { Program } from "../programs/program.ts";
import { replay } from "../replay.ts";
import type { CapturedFrame, Step } from "../scenario.ts";

const CONF = "/etc/keepalived/keepalived.conf";
const LB = "keepalived";
const NODE = "node-1";
/** Every three seconds; times are whole seconds because `warmup 0` says so. */
const COMMON = "warmup 0\n  delay_loop 3\n  connect_timeout 1";

/** Stands in for nc: `nc 25 ANSWER…` says the first at once and one more after each line heard. */
const mailServer: Program = {
  startUs: 1_000,
  run(process, reason, system) {
    const [, port, ...answers] = process.argv;
    if (reason.kind === "start") {
      listenTcp(system, process, { address: "0.0.0.0", port: Number(port), backlog: 9 });
      process.memory = new Map<number, number>();
    }
    if (reason.kind !== "socket") return;
    const said = process.memory as Map<number, number>;
    const accepted = acceptTcp(system, process, reason.socket);
    const id = accepted ?? reason.socket;
    const { data } = receiveTcpData(system, id);
    write(system, process, 1, data);
    if (accepted === undefined && data === "") return;
    const at = said.get(id) ?? 0;
    said.set(id, at + 1);
    if (answers[at] === "END") return exitProcess(system, process, 0);
    if (answers[at] !== undefined) sendTcp(system, id, `${answers[at]}\r\n`);
  },
};

/** Stands in for udpecho: `udpecho 53 RCODE` answers each question with that and prints it. */
const nameServer: Program = {
  startUs: 1_000,
  run(process, reason, system) {
    const [, port, code = "0"] = process.argv;
    if (reason.kind === "start") openUdp(system, process, { port: Number(port) });
    if (reason.kind !== "socket") return;
    const socket = system.host.sockets.get(reason.socket);
    if (socket?.kind !== "udp") return;
    for (const { source, sourcePort, data } of socket.received.splice(0)) {
      const flags = `\x81${String.fromCharCode(Number(code))}`;
      const answer = data.slice(0, 2) + flags + data.slice(4);
      sendUdp(system, socket, { destination: source, port: sourcePort }, answer);
      const bytes = [...data.slice(2)].map((each) => each.charCodeAt(0).toString(16));
      write(system, process, 1, `${bytes.map((each) => each.padStart(2, "0")).join("")}\n`);
    }
  },
};

const PAGE = "HTTP/1.0 200 OK\r\n\r\nhello";

/**
 * Stands in for a web server: `nc 8080 HOW`, where HOW is the start of a path that is not found, or what
 * it does in place of answering. It prints what it is asked.
 */
export const webServer: Program = {
  startUs: 1_000,
  run(process, reason, system) {
    const [, port, how = ""] = process.argv;
    if (reason.kind === "start") {
      listenTcp(system, process, { address: "0.0.0.0", port: Number(port), backlog: 9 });
    }
    if (reason.kind === "timer") {
      const [id = "", at = ""] = reason.key.split(" ");
      return sendSlowly(system, process, Number(id), Number(at));
    }
    if (reason.kind !== "socket") return;
    const accepted = acceptTcp(system, process, reason.socket);
    const id = accepted ?? reason.socket;
    const { data } = receiveTcpData(system, id);
    if (data === "") return;
    write(system, process, 1, data);
    if (how === "SILENT") return;
    if (how === "SLOW") return sendSlowly(system, process, id, 0);
    if (how === "RESET") return abortSocket(system.host, id, system.sim);
    const isMissing = how !== "" && data.startsWith(`GET ${how}`);
    if (how === "PART") return sendTcp(system, id, PAGE.slice(0, -2));
    if (how === "HEADLESS") sendTcp(system, id, "hello\r\n");
    else if (how !== "HANGS-UP") sendTcp(system, id, isMissing ? "HTTP/1.0 404 No\r\n\r\n" : PAGE);
    closeSocket(system, id);
  },
};

/** A few bytes every 0.6 s. */
function sendSlowly(system: System, process: Process, id: number, at: number): void {
  sendTcp(system, id, PAGE.slice(at, at + 10));
  if (at + 10 >= PAGE.length) return closeSocket(system, id);
  setTimer(system, process, `${id} ${at + 10}`, system.sim.now + 600_000);
}

interface Service {
  readonly checker: string;
  readonly port?: number;
  readonly address?: string;
  readonly protocol?: "TCP" | "UDP";
  /** More lines of the server, and of its service. */
  readonly server?: string;
  readonly service?: string;
  readonly before?: string;
}

function configuration({
  checker,
  port = 80,
  address = "192.168.88.10",
  protocol = "UDP",
  server = "",
  service = "",
  before = "",
}: Service): string {
  return `${before}
virtual_server 192.168.88.100 ${port} {
  ${COMMON}
  lb_algo rr
  lb_kind NAT
  protocol ${protocol}
  ${service}
  real_server ${address} ${port} {
    ${server}
    ${checker}
  }
}
`;
}

export interface Played {
  /** "2 text": the checkers' lines after the start, at whole seconds. */
  readonly lines: readonly string[];
  readonly frames: readonly CapturedFrame[];
  readonly texts: readonly string[];
}

/** keepalived starts at 1 and checks first at about 2. */
export function play(
  service: Service,
  lines: readonly string[] = [],
  end = 20,
  table: Partial<typeof programs> = {},
): Played {
  const steps = lines.map((line): Step => {
    const [, t = "0", host = "", run = ""] = /^([\d.]+) ([^:]+): ([^]*)$/.exec(line) ?? [];
    return { t: Number(t), host, run, bg: true, record: true };
  });
  const scenario = {
    topology: "flat",
    only: [LB, NODE, "client"],
    capture: "full",
    files: { [`${LB}:${CONF}`]: configuration(service) },
    steps: [...steps, { t: 1, host: LB, run: "systemctl start keepalived" }],
    end,
  } as const;
  const played = replay(scenario, { ...programs, nc: mailServer, udpecho: nameServer, ...table });
  const said = (played.logs[LB] ?? []).filter(({ ident }) => ident.endsWith("healthcheckers"));
  const others = /^(Activating|Gained|Initializing|Lost|Opening)/;
  return {
    lines: said
      .filter(({ msg }) => !others.test(msg))
      .map(({ t, msg }) => `${Math.floor(t)} ${msg}`),
    frames: played.frames,
    texts: played.steps.map(({ stdout = "", stderr = "" }) => stdout + stderr),
  };
}
