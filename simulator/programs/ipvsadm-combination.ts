// What ipvsadm's command line says once it is read, and which options do not go together (I191).
import type { ServiceName } from "../ipvs/admin.ts";
import type { ForwardingMethod, SyncRole } from "../ipvs/state.ts";
import type { Ip } from "../wire/address.ts";

export type Command =
  | "add-service"
  | "edit-service"
  | "delete-service"
  | "flush"
  | "list"
  | "add-server"
  | "edit-server"
  | "delete-server"
  | "zero"
  | "save"
  | "set"
  | "restore"
  | "start-daemon"
  | "stop-daemon"
  | "help"
  | "version";

export interface Options {
  command: Command;
  service?: ServiceName & { portGiven: boolean };
  server?: { address: Ip; port: number | undefined };
  scheduler?: string;
  method?: ForwardingMethod;
  weight?: number;
  upperThreshold?: number;
  lowerThreshold?: number;
  persistence?: number;
  mask?: Ip;
  flags?: string[];
  onePacket?: boolean;
  role?: SyncRole;
  syncNic?: string;
  syncId?: number;
  timeouts?: readonly [number, number, number];
  readonly switches: Set<string>;
}

/** What the program says on stderr, and its exit status. */
export interface Complaint {
  readonly text: string;
  readonly code: number;
}

const NEEDS_SERVICE: readonly Command[] = [
  "add-service",
  "edit-service",
  "delete-service",
  "add-server",
  "edit-server",
  "delete-server",
];
const NEEDS_SERVER: readonly Command[] = ["add-server", "edit-server", "delete-server"];

/** Which options each command takes (I191); the name is the one in the complaint. */
const TAKES: Readonly<Record<string, readonly Command[]>> = {
  numeric: ["list", "save"],
  weight: ["add-server", "edit-server"],
  "forwarding-method": ["add-server", "edit-server"],
  scheduler: ["add-service", "edit-service"],
  persistent: ["add-service", "edit-service"],
  connection: ["list"],
};

/** Whether the options go together; undefined when they do. */
export function checkCombination(options: Options): Complaint | undefined {
  const { command } = options;
  if (NEEDS_SERVICE.includes(command) && options.service === undefined) {
    return missing("service-address", command);
  }
  if (NEEDS_SERVER.includes(command) && options.server === undefined) {
    return missing("real-server", command);
  }
  for (const [name, commands] of Object.entries(TAKES)) {
    if (isGiven(options, name) && !commands.includes(command)) {
      return { text: `Illegal '${name}' option with the '${command}' command\n`, code: 2 };
    }
  }
  return checkService(options);
}

function missing(option: string, command: Command): Complaint {
  const text = `You need to supply the '${option}' option for the '${command}' command\n`;
  return { text, code: 2 };
}

function isGiven(options: Options, name: string): boolean {
  switch (name) {
    case "weight":
      return options.weight !== undefined;
    case "forwarding-method":
      return options.method !== undefined;
    case "scheduler":
      return options.scheduler !== undefined;
    case "persistent":
      return options.persistence !== undefined;
    default:
      return options.switches.has(name);
  }
}

function checkService({
  command,
  service,
  persistence,
  onePacket,
  switches,
  scheduler,
  flags,
}: Options): Complaint | undefined {
  const text = (() => {
    const isAnyPort = service !== undefined && "port" in service && service.port === 0;
    if (command === "add-service" && isAnyPort && persistence === undefined) {
      return "Zero port specified for non-persistent service";
    }
    if (onePacket === true && service !== undefined && "protocol" in service) {
      if (service.protocol !== "udp") {
        return "One-Packet Scheduling is only for UDP virtual services";
      }
    }
    const stranger = flags?.find((flag) => isOfAnother(flag, scheduler));
    if (stranger !== undefined) return `incompatible scheduler flag \`${stranger}'`;
    if (command !== "list" || !switches.has("connection")) return undefined;
    if (service !== undefined) {
      return "The option 'service-address' conflicts with the 'connection' option in the 'list' command";
    }
    return switches.has("stats") ? "options conflicts in the list command" : undefined;
  })();
  return text === undefined ? undefined : { text: `${text}\n`, code: 2 };
}

/** "sh-port" is for sh, "mh-port" for mh; "flag-1" for any. */
function isOfAnother(flag: string, scheduler: string | undefined): boolean {
  return ["sh", "mh"].some((name) => flag.startsWith(`${name}-`) && scheduler !== name);
}
