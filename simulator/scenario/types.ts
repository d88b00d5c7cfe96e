// The scenario file: hosts, files, sysctls and timed steps; and the recording: the same file plus
// what the machines did. `topology` and the fields that go with it are shorthands; `expand.ts`
// writes them out.
import type { Draw } from "../kernel/world.ts";
import type { Ip, Mac } from "../wire/address.ts";

export type Role = "director" | "node" | "client";
export type Topology = "flat" | "two-subnet";
/** "syn" keeps ARP, VRRP, ICMP and the TCP frames with SYN or RST; "none" keeps no frame. */
export type Capture = "full" | "syn" | "none";

export interface Scenario {
  /** The version of this form; a file without it is of version 1. */
  readonly format?: 1;
  /** What is modelled, by name: `{ "keepalived": "2.2.7", "linux": "6.1" }`. */
  readonly software?: Readonly<Record<string, string>>;
  readonly seed?: number;
  /** Date and time of day at time 0, UTC: "2026-11-23T02:43:24Z". */
  readonly start?: string;
  readonly name?: string;
  readonly title?: string;
  /** Either a topology, which builds the article's hosts, or `networks` with all hosts in full. */
  readonly topology?: Topology;
  readonly networks?: readonly ScenarioNetwork[];
  /** With a topology: hosts beside the article's own. With `networks`: all hosts. */
  readonly hosts?: readonly ScenarioHost[];
  /** Names of the hosts to build; all of them without it. */
  readonly only?: readonly string[];
  /** Names of the hosts whose web server runs from the start; every node without it. */
  readonly web?: readonly string[];
  /** Default routes by host. */
  readonly gateway?: Readonly<Record<string, Ip>>;
  readonly sysctl?: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  /** Contents by "host:/path". */
  readonly files?: Readonly<Record<string, string>>;
  readonly keepalived_options?: string;
  readonly capture?: Capture;
  readonly steps: readonly Step[];
  /** When it is over, in seconds; ten seconds after the last step without it. */
  readonly end?: number;
  readonly draws?: readonly Draw[];
}

export interface ScenarioNetwork {
  readonly name: string;
}

export interface ScenarioHost {
  readonly name: string;
  readonly role: Role;
  /** Shorthand for one interface of the topology: "192.168.88.12/24". */
  readonly ip?: string;
  readonly interfaces?: readonly ScenarioInterface[];
}

export interface ScenarioInterface {
  readonly name: string;
  readonly network: string;
  /** With its prefix: "192.168.88.8/24". */
  readonly address: string;
  /** Of the address when left out: 192.168.88.8 gives 02:00:00:00:58:08. */
  readonly mac?: Mac;
}

interface Timed {
  /** Seconds after the start. */
  readonly t: number;
  readonly note?: string;
}

/** A line typed at a host's console. */
export interface RunStep extends Timed {
  readonly host: string;
  readonly run: string;
  /** Keep the output and exit status. */
  readonly record?: boolean;
  /** Start beside the host's running step instead of waiting for its end. */
  readonly bg?: boolean;
  /** Goes on where the line typed before ended: directory, variables. The recorder knows it not. */
  readonly prompt?: boolean;
  /** Seconds after which the command is given up. */
  readonly timeout?: number;
}

/** Something done to the machines and cables, from outside. */
export type OperationStep = Timed &
  (
    | {
        readonly op: "link-down" | "link-up";
        readonly host: string;
        /** The interface; all of the host's without it. */
        readonly dev?: string;
      }
    | {
        /** All processes of keepalived at once; with `power` the cables go down too. */
        readonly op: "crash";
        readonly host: string;
        readonly power?: boolean;
      }
    | {
        readonly op: "power-off" | "power-on" | "reboot" | "freeze" | "thaw";
        readonly host: string;
      }
    | { readonly op: "delay"; readonly host: string; readonly ms: number }
    | {
        readonly op: "loss";
        readonly host: string;
        /** Of the frames through this host's cables, 0 to 1. */
        readonly share: number;
      }
    | {
        /** No frame passes between these hosts; with `oneway` none from the first to the others. */
        readonly op: "isolate" | "isolate-vrrp";
        readonly hosts: readonly string[];
        readonly oneway?: boolean;
      }
    | { readonly op: "heal" }
    | {
        readonly op: "save";
        readonly host: string;
        readonly path: string;
        readonly content: string;
      }
  );

export type Step = RunStep | OperationStep;
export type Operation = OperationStep["op"];

/** What came of a step. */
export interface StepResult {
  readonly t_actual?: number;
  readonly t_end?: number;
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

export type RecordedStep = Step & StepResult;

export interface RecordedLine {
  readonly t: number;
  readonly ident: string;
  readonly pid?: number;
  readonly sev?: number;
  readonly msg: string;
}

/** A frame as the recorder writes it: where it went, and its layers decoded (`wire/recorded.ts`). */
export interface CapturedFrame {
  readonly t: number;
  readonly from: string;
  readonly if?: string;
  /** Hosts whose interface took it. */
  readonly to?: readonly string[];
  /** Hosts that only saw it because the switch flooded it. */
  readonly flooded_to?: readonly string[];
  /** MAC addresses as host names. */
  readonly src?: string;
  readonly dst?: string;
  readonly arp?: JsonRecord;
  readonly ip?: JsonRecord;
}

export type JsonRecord = { readonly [field: string]: unknown };

export interface Recording extends Omit<Scenario, "steps"> {
  readonly steps: readonly RecordedStep[];
  /** By host. */
  readonly logs: Readonly<Record<string, readonly RecordedLine[]>>;
  readonly frames: readonly CapturedFrame[];
  readonly frame_count?: number;
  readonly recorded_with?: unknown;
  readonly hosts_built?: unknown;
  readonly events?: unknown;
  readonly final?: unknown;
  readonly dmesg?: unknown;
  readonly pcap?: boolean;
}

/** A mistake in a scenario file: where, what, and the sentence that a command line prints. */
export interface ScenarioError {
  /** "steps[3].host"; empty for the file as a whole. */
  readonly field: string;
  /** Counted from 1; left out when the scenario did not come as text. */
  readonly line?: number;
  readonly column?: number;
  readonly code: ErrorCode;
  readonly values: Readonly<Record<string, string>>;
  readonly message: string;
}

export type ErrorCode =
  | "syntax"
  | "too-deep"
  | "missing"
  | "unknown-field"
  | "wrong-type"
  | "not-one-of"
  | "out-of-range"
  | "malformed"
  | "unknown-name"
  | "twice"
  | "out-of-order"
  | "not-together";
