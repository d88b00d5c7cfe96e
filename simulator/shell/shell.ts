// What a shell knows between two wakes: plain data in its process's memory.
import type { OpenFile } from "../host/process.ts";
import type { Script } from "./script.ts";

export interface Shell {
  /** `$0`, and what complaints begin with: "bash" or a script's path. */
  readonly name: string;
  /** A console's own shell says "bash: …"; `bash -c` and scripts say "bash: line 1: …". */
  readonly interactive: boolean;
  /** `$$`: subshells keep the number of the shell they come from. */
  readonly pid: number;
  /** The script, and the functions it is in; the last one is running. */
  frames: Frame[];
  variables: Map<string, string>;
  /** Names of variables that children get. */
  exported: readonly string[];
  functions: Map<string, Script>;
  /** `$1`, `$2`, … */
  parameters: readonly string[];
  /** `$?`. */
  status: number;
  /** `$!`. */
  lastBackground: number | undefined;
  /** Background children that run, and how those ended that nobody has waited for. */
  jobs: Map<number, { readonly source: string; status: number | undefined }>;
  /** Outputs of the substitutions that the current step needs, in order. */
  substitutions: string[];
  /** The status of the last of them: that of an assignment that runs no command. */
  substitutionStatus: number;
  waiting: Waiting | undefined;
  /** Descriptors before each `{ … } > file` that we are in. */
  redirected: Map<number, OpenFile>[];
  /** Line of the current step, for complaints. */
  line: number;
}

export interface Frame {
  readonly script: Script;
  readonly kind: "script" | "function" | "source";
  /** The next step. */
  next: number;
  loops: Loop[];
  /** What a function puts back at its end. */
  readonly parameters: readonly string[];
  readonly locals: Map<string, string | undefined>;
  /** How many redirections were in force when it began. */
  readonly redirections: number;
}

export interface Loop {
  readonly name: string | undefined;
  items: readonly string[];
  readonly next: number;
  readonly end: number;
  status: number;
  /** How many redirections were in force when it began. */
  readonly redirections: number;
}

/** What a shell sleeps for. */
export type Waiting =
  /** The foreground: a pipeline's processes; the last one's status counts. */
  | {
      readonly kind: "job";
      readonly pids: readonly number[];
      readonly ended: Map<number, number>;
      readonly source: string;
      /** The shell ends with this job's status (`exec`). */
      readonly last: boolean;
    }
  | {
      readonly kind: "substitution";
      readonly pid: number;
      readonly fd: number;
      text: string;
      status: number | undefined;
    }
  /** `wait`. */
  | { readonly kind: "wait"; readonly pids: readonly number[] }
  /** `read`: what has come of the line so far. */
  | { readonly kind: "input"; readonly arguments: readonly string[]; text: string }
  /** The next line of a script that comes over standard input. */
  | { readonly kind: "script-input"; text: string }
  /** A breath between many built-in steps. */
  | { readonly kind: "pause" };
