// ipvsadm 1.31: runs the command and prints what the real one prints.
import type { Host } from "../host/host.ts";
import {
  addDestination,
  addService,
  deleteDestination,
  deleteService,
  type DestinationOptions,
  editDestination,
  editService,
  flush,
  type IpvsError,
  keyOf,
  type ServiceOptions,
  setTimeouts,
  zero,
} from "../ipvs/admin.ts";
import { startSync, stopSync, type SyncError } from "../ipvs/sync.ts";
import type { Sim } from "../kernel/sim.ts";
import { immediate, NEEDS_INPUT } from "./immediate.ts";
import { IPVSADM_HELP, IPVSADM_VERSION } from "./ipvsadm-help.ts";
import { listConnections, listServices, saveServices } from "./ipvsadm-list.ts";
import type { Command, Options } from "./ipvsadm-combination.ts";
import { parseOptions } from "./ipvsadm-options.ts";
import type { Program } from "./program.ts";

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const DONE: Output = { stdout: "", stderr: "", code: 0 };

/** The whole program in one call: it waits for nothing. */
export function ipvsadmMain(host: Host, args: readonly string[], sim: Sim): Output {
  host.ipvs.loaded = true;
  const options = parseOptions(args);
  if ("text" in options) return { ...DONE, stderr: options.text, code: options.code };
  return ACTIONS[options.command](host, options, sim);
}

export const ipvsadm: Program = immediate(8_500, ({ host, sim, args, input }) => {
  const isRestore = args[0] === "-R" || args[0] === "--restore";
  if (!isRestore) return ipvsadmMain(host, args, sim);
  return input === undefined ? NEEDS_INPUT : restore(host, input, sim);
});

/** One command a line; a bad one ends it, and nothing is cleared first (I181). */
export function restore(host: Host, text: string, sim: Sim): Output {
  for (const line of text.split("\n")) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "") continue;
    const output = ipvsadmMain(host, words[0] === "ipvsadm" ? words.slice(1) : words, sim);
    if (output.code !== 0) return output;
  }
  return DONE;
}

type Action = (host: Host, options: Options, sim: Sim) => Output;

const ACTIONS: Readonly<Record<Command, Action>> = {
  "add-service": (host, options, sim) =>
    serviceAction(options, (name) => addService(host, name, serviceOptions(options), sim)),
  "edit-service": (host, options) =>
    serviceAction(options, (name) => editService(host, name, serviceOptions(options))),
  "delete-service": (host, options, sim) =>
    serviceAction(options, (name) => deleteService(host, name, sim)),
  "add-server": (host, options, sim) =>
    serverAction(options, (name, server) => addDestination(host, name, server, sim)),
  "edit-server": (host, options, sim) =>
    serverAction(options, (name, server) => editDestination(host, name, server, sim)),
  "delete-server": (host, options, sim) =>
    serverAction(options, (name, { address, port }) =>
      deleteDestination(host, name, address, port, sim),
    ),
  flush: (host, _options, sim) => {
    flush(host, sim);
    return DONE;
  },
  zero: (host, { service }) => refusal("zero", zero(host, service)),
  list,
  save: (host, { switches }) => ({ ...DONE, stdout: saveServices(host, switches.has("numeric")) }),
  set: (host, { timeouts = [0, 0, 0] }) => {
    setTimeouts(host, ...timeouts);
    return DONE;
  },
  "start-daemon": (host, { role = "master", syncNic: nic = "eth0", syncId = 0 }, sim) =>
    syncRefusal(startSync(host, role, { nic, syncId }, sim)),
  "stop-daemon": (host, { role = "master" }, sim) => syncRefusal(stopSync(host, role, sim)),
  restore: () => DONE,
  help: () => ({ ...DONE, stdout: IPVSADM_HELP }),
  version: () => ({ ...DONE, stdout: IPVSADM_VERSION }),
};

function list(host: Host, options: Options, sim: Sim): Output {
  const { switches, service } = options;
  if (switches.has("timeout")) {
    const { tcp, tcpfin, udp } = host.ipvs.timeouts;
    return { ...DONE, stdout: `Timeout (tcp tcpfin udp): ${tcp} ${tcpfin} ${udp}\n` };
  }
  if (switches.has("daemon")) return { ...DONE, stdout: listDaemons(host) };
  if (switches.has("connection")) {
    return { ...DONE, stdout: listConnections(host, sim.now, switches) };
  }
  const only = service === undefined ? undefined : host.ipvs.services.get(keyOf(service));
  if (service !== undefined && only === undefined) {
    return { ...DONE, stderr: "No such service\n", code: 1 };
  }
  return { ...DONE, stdout: listServices(host, { switches, only }) };
}

function serviceAction(
  options: Options,
  action: (name: NonNullable<Options["service"]>) => IpvsError | undefined,
): Output {
  return options.service === undefined ? DONE : refusal(options.command, action(options.service));
}

function serverAction(
  options: Options,
  action: (
    name: NonNullable<Options["service"]>,
    server: DestinationOptions,
  ) => IpvsError | undefined,
): Output {
  const { service, server } = options;
  if (service === undefined || server === undefined) return DONE;
  const servicePort = "port" in service ? service.port : 0;
  const destination: DestinationOptions = {
    address: server.address,
    port: server.port ?? servicePort,
    method: options.method ?? "route",
    weight: options.weight ?? 1,
    upperThreshold: options.upperThreshold ?? 0,
    lowerThreshold: options.lowerThreshold ?? 0,
  };
  return refusal(options.command, action(service, destination));
}

/** -A and -E alike: what is not given takes its default (I163, I165). */
function serviceOptions(options: Options): ServiceOptions {
  const { persistence, mask = "255.255.255.255" } = options;
  return {
    scheduler: options.scheduler ?? "wlc",
    flags: [...(options.flags ?? [])].sort(),
    onePacket: options.onePacket ?? false,
    ...(persistence !== undefined && { persistence: { timeout: persistence, mask } }),
  };
}

/** The kernel's refusals in ipvsadm's words (I193). */
function refusal(command: Command, error: IpvsError | undefined): Output {
  if (error === undefined) return DONE;
  return { ...DONE, stderr: `${refusalText(command, error)}\n`, code: 255 };
}

function refusalText(command: Command, error: IpvsError): string {
  const isServer = command.endsWith("-server");
  switch (error) {
    case "EEXIST":
      return isServer ? "Destination already exists" : "Service already exists";
    case "ENOENT":
      return isServer ? "No such destination" : "Scheduler or persistence engine not found";
    case "ESRCH":
      return isServer ? "Service not defined" : "No such service";
    case "ERANGE":
      return "Numerical result out of range";
    case "EINVAL":
      return "Invalid operation.  Possibly wrong module version, address not unicast, ...";
  }
}

/** I151. */
function syncRefusal(error: SyncError | undefined): Output {
  if (error === undefined) return DONE;
  const texts = {
    ENODEV: "No such device",
    EEXIST: "Daemon has already run",
    ESRCH: "No daemon is running",
  };
  return { ...DONE, stderr: `${texts[error]}\n`, code: 255 };
}

/** The master's line first (I152). */
function listDaemons({ ipvs }: Host): string {
  return (["master", "backup"] as const)
    .map((role) => {
      const daemon = ipvs.sync[role];
      if (daemon === undefined) return "";
      const { nic, syncId } = daemon;
      const rest = "maxlen=1472, group=224.0.0.81, port=8848, ttl=1";
      return `${role} sync daemon (mcast=${nic}, syncid=${syncId}, ${rest})\n`;
    })
    .join("");
}
