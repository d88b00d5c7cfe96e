// What comes from outside: a person's commands and faults. An input is an event like any other, and
// the list of inputs with a keyframe makes every later moment again.

export type Input =
  | {
      /** A line typed at a host's console, run by its shell. */
      readonly kind: "command";
      readonly host: string;
      readonly line: string;
      /** Names the command in the trace, so that its output is found again. */
      readonly label: string;
      /** A background command starts beside the one that is running; others wait their turn. */
      readonly background: boolean;
      /**
       * Typed at the prompt: goes on where the line typed there before ended (directory, variables,
       * functions). Without it the line has a shell of its own, as a recording's steps have.
       */
      readonly prompt?: boolean;
    }
  /** Ctrl-C at a host's console: SIGINT to the command in the foreground. */
  | { readonly kind: "interrupt"; readonly host: string }
  | { readonly kind: "link"; readonly host: string; readonly nic: string; readonly up: boolean }
  /**
   * Kills all processes of keepalived at once, no last words. With `cables` the carrier goes too,
   * but addresses and files stay: the recorder's "crash" with "power".
   */
  | { readonly kind: "crash"; readonly host: string; readonly cables: boolean }
  /** `systemctl stop|start keepalived` without a console: the signal, or the daemon's start. */
  | { readonly kind: "service"; readonly host: string; readonly on: boolean }
  /** Drops the carrier of every interface and loses RAM, /run, addresses and `sysctl -w`. */
  | { readonly kind: "power"; readonly host: string; readonly on: boolean }
  /** Stops keepalived's processes (SIGSTOP) while the kernel lives on, and lets them go on. */
  | { readonly kind: "freeze"; readonly host: string; readonly frozen: boolean }
  | { readonly kind: "delay"; readonly host: string; readonly delayUs: number }
  | { readonly kind: "loss"; readonly host: string; readonly share: number }
  /** Stops frames between hosts; one-way means from the first to the others only. */
  | {
      readonly kind: "partition";
      readonly hosts: readonly string[];
      readonly oneWay: boolean;
      readonly protocol: "all" | "vrrp";
    }
  | { readonly kind: "heal" }
  | {
      readonly kind: "file";
      readonly host: string;
      readonly path: string;
      readonly content: string;
    };
