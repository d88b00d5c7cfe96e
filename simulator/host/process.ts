// Processes. A running program is a record: its memory is plain data and its next step a field in
// it, so that a copy of the world can go on in the middle of a `for` loop.

/** Why a process gets to run. */
export type Wake =
  | { readonly kind: "start" }
  /** The process's own timer `key` has reached its deadline. */
  | { readonly kind: "timer"; readonly key: string }
  /** Something happened to a socket: connected, readable, closed, failed. */
  | { readonly kind: "socket"; readonly socket: number }
  | { readonly kind: "signal"; readonly signal: Signal }
  | {
      readonly kind: "child";
      readonly pid: number;
      readonly code: number;
      readonly signal?: Signal;
    }
  /** Input has come for a descriptor the process waits to read (a pipe, the terminal). */
  | { readonly kind: "readable"; readonly fd: number }
  /** A file that the process watches has changed (inotify). */
  | { readonly kind: "file"; readonly path: string }
  /** The kernel's news of links and addresses (netlink). */
  | {
      readonly kind: "netlink";
      readonly change: "link-up" | "link-down" | "address-added" | "address-removed";
      readonly nic: string;
      readonly address?: string;
    };

export type Signal =
  | "SIGHUP"
  | "SIGINT"
  | "SIGQUIT"
  | "SIGKILL"
  | "SIGUSR1"
  | "SIGUSR2"
  | "SIGTERM"
  | "SIGCHLD"
  | "SIGSTOP"
  | "SIGCONT"
  | "SIGPIPE";

export interface Process {
  readonly pid: number;
  parent: number;
  /** Key into the table of programs (`programs/index.ts`): "curl", "bash", "keepalived-vrrp". */
  readonly program: string;
  argv: readonly string[];
  readonly startedAt: number;
  directory: string;
  environment: Readonly<Record<string, string>>;
  /** Descriptor number to open file. */
  files: Map<number, OpenFile>;
  /** Absolute deadlines; an alarm that finds another deadline here does nothing. */
  timers: Map<string, number>;
  /** The program's own data, plain and clonable. */
  memory: unknown;
  /** Paths whose changes it is woken for. */
  watches?: readonly string[];
  /** Stopped by SIGSTOP: wakes wait in `pending` until SIGCONT. */
  frozen: boolean;
  pending: Wake[];
  /** When its parent died, if it asked to be told (prctl PR_SET_PDEATHSIG). */
  orphanedAt?: number;
  /** It has had its first step, and with it its signal handlers. */
  begun: boolean;
  /** Set once it has ended: whatever it does after that in the same step is without effect. */
  ended?: { readonly code: number; readonly signal?: Signal };
}

/** What a descriptor stands for. */
export type OpenFile =
  | { readonly kind: "null" }
  /** A pipe or a terminal's buffer: `host.pipes`. */
  | { readonly kind: "pipe"; readonly pipe: number; readonly end: "read" | "write" }
  /** A file of the host; `offset` is where the next read or write begins. */
  | { readonly kind: "file"; readonly path: string; offset: number; readonly append: boolean }
  /** A console: what is written goes to the person who typed the command. */
  | { readonly kind: "console"; readonly label: string; readonly stream: "stdout" | "stderr" }
  | { readonly kind: "socket"; readonly socket: number };

export interface Pipe {
  readonly id: number;
  /** Bytes written and not yet read. */
  data: string;
  readers: number;
  writers: number;
  /** Processes that wait for data. */
  waiting: number[];
}
