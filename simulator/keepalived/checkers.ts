// keepalived's checker process (K85-K92, K131-K147): one checker a server, each with its own round
// of connecting, asking, waiting and drawing its conclusion. Both directors check always (K123).
// Left out: BFD_CHECK.
import { sayPrinting } from "./statistics.ts";
import type { Process, Wake } from "../host/process.ts";
import { exitProcess, setTimer } from "../host/system.ts";
import { assert } from "../kernel/assert.ts";
import { takeDraw } from "../kernel/draws.ts";
import type { Program } from "../programs/program.ts";
import { httpCheck } from "./check-http.ts";
import { tcpCheck } from "./check-tcp.ts";
import {
  type Check,
  type CheckerMemory,
  type CheckKind,
  type CheckKinds,
  finish,
  serverName,
} from "./checker.ts";
import { readCommandLine } from "./command-line.ts";
import { sayStopped } from "./daemon.ts";
import { isFileCheck } from "./file-weights.ts";
import { say, voiceOf } from "./log.ts";
import { type Pool, serverText, type Speaker, stopPool, textOf } from "./pool.ts";
import type { ReadConfiguration } from "./read.ts";
import type { TypedSignals } from "./typed-signals.ts";

/** The first check comes a second, and a random part of the warm-up, after the start (K132). */
const FIRST_CHECK_US = 1_000_000;

const KINDS: CheckKinds = {
  HTTP_GET: httpCheck,
  SSL_GET: httpCheck,
  TCP_CHECK: tcpCheck,
};

/** The checkers, whose files are read by `read`; `more` are kinds beyond the common ones. */
export function healthcheckersWith(
  read: ReadConfiguration,
  signals?: TypedSignals,
  more: CheckKinds = {},
): Program {
  const kinds = { ...KINDS, ...more };
  return {
    startUs: 2_500,
    signals: ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"],
    run(process, reason, system) {
      const voice = voiceOf(process, "Keepalived_healthcheckers");
      const speaker: Speaker = { system, process, voice };
      if (reason.kind === "start") {
        assert(signals !== undefined, "the checkers' start without a shell");
        return signals.startCheckers(speaker, read);
      }
      const memory = process.memory as CheckerMemory;
      switch (reason.kind) {
        case "timer":
          return onTimer(speaker, memory, reason.key, kinds);
        case "socket":
          return onSocket(speaker, memory, reason.socket, kinds);
        case "file":
          return onFile(speaker, memory, reason.path, kinds);
        case "child":
          return onChild(speaker, memory, reason, kinds);
        case "netlink":
          return onNews(speaker, memory);
        case "signal":
          if (reason.signal === "SIGTERM") return stop(speaker, memory);
          assert(signals !== undefined, `${reason.signal} without a shell`);
          if (reason.signal === "SIGHUP") signals.reloadCheckers(speaker, memory, read);
          if (reason.signal === "SIGUSR1") sayPrinting(system, process, voice, "checker");
          return;
        case "readable":
          return;
      }
    },
  };
}

/** Which servers a host's checkers believe to be alive, for those who only look. */
export function checkedPools(processes: Iterable<Process>): readonly Pool[] {
  for (const process of processes) {
    if (process.program !== "keepalived-healthcheckers" || process.memory === undefined) continue;
    return (process.memory as CheckerMemory).pools;
  }
  return [];
}

/** Its rounds begin, or wait for the address (K92). */
export function activate(check: Check): void {
  const { speaker, memory, checker, index } = check;
  const pool = memory.pools[checker.pool];
  const server = pool?.servers[checker.server];
  if (pool === undefined || server === undefined) return;
  const { system, process, voice } = speaker;
  const { host, sim } = system;
  checker.suspended = pool.config.haSuspend && !isHere(speaker, pool);
  const verb = checker.suspended ? "Deactivating" : "Activating";
  const names = `${serverText(pool, server.config)} for VS ${textOf(pool)}`;
  say(system, process, voice, `${verb} healthchecker for service ${names}`);
  if (checker.suspended) return;
  const { warmupUs } = checker.config;
  const of = `${server.config.address}:${server.config.port}`;
  const drawn = takeDraw(sim.world, host.name, "first-check", of);
  const first = drawn ?? FIRST_CHECK_US + sim.random() * warmupUs;
  setTimer(system, process, `check ${index}`, sim.now + first);
}

/** Whether the virtual address is one of this host's (K92). */
function isHere({ system }: Speaker, { config }: Pool): boolean {
  return [...system.host.nics.values()].some((nic) =>
    nic.addresses.some(({ address }) => address === config.address),
  );
}

/** An address has come or gone: services with `ha_suspend` check only while it is here (K92). */
function onNews(speaker: Speaker, memory: CheckerMemory): void {
  const { system, process, voice } = speaker;
  for (const [poolIndex, pool] of memory.pools.entries()) {
    if (!pool.config.haSuspend) continue;
    const own = [...memory.checkers.entries()].filter(
      ([, each]) => each.pool === poolIndex && !isFileCheck(each.config),
    );
    const here = isHere(speaker, pool);
    if (own.every(([, { suspended }]) => suspended !== here)) continue;
    const word = here ? "added" : "removed";
    const text = `Netlink reflector reports IP ${pool.config.address} ${word}`;
    say(system, process, voice, text);
    for (const [index, checker] of own) {
      const check = { speaker, memory, checker, index };
      if (here) activate(check);
      else suspend(check, pool);
    }
  }
}

function suspend(check: Check, pool: Pool): void {
  const { speaker, checker, index } = check;
  const { system, process, voice } = speaker;
  finish(check);
  process.timers.delete(`check ${index}`);
  checker.suspended = true;
  const names = `${serverName(check)} for VS ${textOf(pool)}`;
  say(system, process, voice, `Suspending healthchecker for service ${names}`);
}

function onTimer(speaker: Speaker, memory: CheckerMemory, key: string, kinds: CheckKinds): void {
  const [what, text] = key.split(" ");
  const index = Number(text);
  const checker = memory.checkers[index];
  if (checker === undefined) return;
  const check = { speaker, memory, checker, index };
  const kind = kindOf(check, kinds);
  if (what === "check") kind.begin(check);
  // Nothing came within connect_timeout (K144).
  else kind.timeout?.(check);
}

function kindOf({ checker }: Check, kinds: CheckKinds): CheckKind {
  const { type } = checker.config;
  const kind = kinds[type];
  assert(kind !== undefined, `no ${type} here`);
  return kind;
}

function onSocket(speaker: Speaker, memory: CheckerMemory, id: number, kinds: CheckKinds): void {
  const index = memory.checkers.findIndex((each) => each.socket === id);
  const checker = memory.checkers[index];
  const socket = speaker.system.host.sockets.get(id);
  if (checker === undefined || socket === undefined) return;
  const check = { speaker, memory, checker, index };
  kindOf(check, kinds).hear?.(check, socket);
}

/** A file has changed: each checker of it looks. */
function onFile(speaker: Speaker, memory: CheckerMemory, path: string, kinds: CheckKinds): void {
  for (const [index, checker] of memory.checkers.entries()) {
    if (!isFileCheck(checker.config) || checker.config.path !== path) continue;
    const check = { speaker, memory, checker, index };
    kindOf(check, kinds).begin(check);
  }
}

function onChild(
  speaker: Speaker,
  memory: CheckerMemory,
  ended: Wake & { kind: "child" },
  kinds: CheckKinds,
): void {
  const index = memory.checkers.findIndex((each) => each.pid === ended.pid);
  const checker = memory.checkers[index];
  if (checker === undefined) return;
  const check = { speaker, memory, checker, index };
  kindOf(check, kinds).ended?.(check, ended);
}

function stop(speaker: Speaker, { pools }: CheckerMemory): void {
  const { system, process } = speaker;
  const { keepsServices } = readCommandLine(process.argv);
  for (const pool of pools) stopPool(speaker, pool, keepsServices);
  sayStopped(system, process, "Keepalived_healthcheckers");
  exitProcess(system, process, 0);
}
