// bash as a program: `bash -c LINE`, `bash FILE`, or lines from standard input.
// Left out: job control, history and line editing (the page's terminal has those), arrays.
import type { Process, Wake } from "../host/process.ts";
import {
  closeFile,
  endBySignal,
  exitProcess,
  killProcess,
  read,
  readFile,
  signalNumber,
  type System,
  write,
} from "../host/system.ts";
import { resolvePath } from "../programs/directory.ts";
import type { Program } from "../programs/program.ts";
import { DEATH_WORDS } from "../programs/signals.ts";
import { settleWait } from "./control.ts";
import { advance } from "./interpret.ts";
import { goesOn, parseScript, type SyntaxComplaint } from "./parse.ts";
import { putBack, readLine } from "./read-line.ts";
import {
  complain,
  type Context,
  endShell,
  enter,
  keepForNextLine,
  newShell,
  type Shell,
  takeFromLastLine,
} from "./shell.ts";

export const bash: Program = {
  startUs: 3_000,
  signals: ["SIGINT", "SIGCHLD"],
  run(process, reason, system) {
    if (reason.kind === "start" && process.memory === undefined) begin(process, system);
    const context = { system, process, shell: process.memory as Shell };
    if (process.ended === undefined) {
      if (reason.kind !== "start") hear(context, reason);
      goOn(context);
    }
    if (process.ended !== undefined && isPrompt(context)) keepForNextLine(context);
  },
};

/** This shell runs a line that was typed at the host's prompt. */
function isPrompt({ process, system }: Pick<Context, "process" | "system">): boolean {
  return system.host.console.prompt === process.pid;
}

function goOn(context: Context): void {
  const { process, shell } = context;
  for (;;) {
    if (process.ended !== undefined) return;
    advance(context);
    if (shell.waiting?.kind !== "script" || !readScript(context)) return;
  }
}

function begin(process: Process, system: System): void {
  const [, option = "", text, ...rest] = process.argv;
  if (option.startsWith("-") && option.endsWith("c")) {
    const [name = "bash", ...parameters] = rest;
    const interactive = isPrompt({ process, system });
    const shell = newShell(process, { name, parameters, interactive });
    if (interactive) takeFromLastLine(shell, system);
    process.memory = shell;
    return beginText({ system, process, shell }, text ?? "", "-c");
  }
  if (option === "" || option.startsWith("-")) {
    process.memory = newShell(process, { name: "bash", parameters: [], interactive: true });
    return;
  }
  const parameters = process.argv.slice(2);
  const shell = newShell(process, { name: option, parameters, interactive: false });
  process.memory = shell;
  const content = readFile(system.host, resolvePath(process.directory, option), system.sim);
  if (content === undefined) {
    write(system, process, 2, `bash: ${option}: No such file or directory\n`);
    return exitProcess(system, process, 127);
  }
  beginText({ system, process, shell }, content, undefined);
}

function beginText(context: Context, text: string, option: string | undefined): void {
  const parsed = parseScript(text);
  if ("script" in parsed) return enter(context.shell, parsed.script, "script");
  explain(context, parsed.complaint, option);
  endShell(context, 2);
}

/** "bash: -c: line 1: syntax error near …", and the line itself when bash shows it. */
function explain(context: Context, complaint: SyntaxComplaint, option: string | undefined): void {
  const { shell, system, process } = context;
  const name = option === undefined ? shell.name : `${shell.name}: ${option}`;
  const place = shell.interactive ? shell.name : `${name}: line ${complaint.line}`;
  write(system, process, 2, `${place}: ${complaint.message}\n`);
  if (complaint.shown === undefined || shell.interactive) return;
  write(system, process, 2, `${place}: \`${complaint.shown}'\n`);
}

/** The next line of standard input becomes the script; false when there is none yet or no more. */
function readScript(context: Context): boolean {
  const { system, process, shell } = context;
  const file = process.files.get(0);
  const taken = read(system, process, 0);
  if (taken === "wait") return false;
  const text = shell.input + taken.data;
  const newline = text.indexOf("\n", shell.input.length);
  const line = newline < 0 ? text : text.slice(0, newline);
  putBack(system, file, newline < 0 ? "" : text.slice(newline + 1));
  shell.waiting = undefined;
  if (newline < 0 && taken.end && line === "") {
    endShell(context, shell.status);
    return false;
  }
  const parsed = parseScript(line);
  shell.input = "";
  if ("script" in parsed) {
    enter(shell, parsed.script, "script");
  } else if (goesOn(parsed.complaint) && newline >= 0) {
    shell.input = `${line}\n`;
  } else {
    explain(context, parsed.complaint, undefined);
    shell.status = 2;
  }
  return true;
}

function hear(context: Context, reason: Exclude<Wake, { kind: "start" }>): void {
  const { shell } = context;
  switch (reason.kind) {
    case "child":
      return childEnded(context, reason);
    case "timer":
      if (shell.waiting?.kind === "pause") shell.waiting = undefined;
      return;
    case "readable":
      if (shell.waiting?.kind === "substitution") return collect(context);
      shell.status = readLine(context) ?? shell.status;
      return;
    case "signal":
      if (reason.signal === "SIGINT") interrupt(context);
      return;
    default:
      return;
  }
}

type ChildNews = Extract<Wake, { kind: "child" }>;

function childEnded(context: Context, news: ChildNews): void {
  const { shell } = context;
  const { waiting } = shell;
  const status = news.signal === undefined ? news.code : 128 + signalNumber(news.signal);
  const job = shell.jobs.get(news.pid);
  if (job !== undefined) {
    job.status = status;
    if (waiting?.kind === "wait") reportDeath(context, news, job.source);
    settleWait(context);
    return;
  }
  if (waiting?.kind === "substitution" && waiting.pid === news.pid) {
    waiting.status = status;
    return collect(context);
  }
  if (waiting?.kind !== "job" || !waiting.pids.includes(news.pid)) return;
  waiting.ended.set(news.pid, status);
  if (news.pid === waiting.pids.at(-1)) reportDeath(context, news, waiting.source);
  if (waiting.ended.size === waiting.pids.length) finishJob(context, news);
}

function finishJob(context: Context, news: ChildNews): void {
  const { shell, system, process } = context;
  const { waiting } = shell;
  if (waiting?.kind !== "job") return;
  shell.waiting = undefined;
  shell.status = waiting.ended.get(waiting.pids.at(-1) ?? 0) ?? 0;
  if (waiting.last) return endShell(context, shell.status);
  // A shell whose child died of Ctrl-C ends its script too.
  if (!waiting.interrupted || news.signal !== "SIGINT") return;
  if (shell.interactive) shell.frames = [];
  else endBySignal(system, process, "SIGINT");
}

/** "bash: line 1:    34 Killed                  sleep 100" */
function reportDeath(context: Context, news: ChildNews, source: string): void {
  const word = news.signal === undefined ? undefined : DEATH_WORDS[news.signal];
  if (word === undefined) return;
  complain(context, `${String(news.pid).padStart(5)} ${word.padEnd(24)}${source}`);
}

/** Takes what a substitution has written; with its end the step goes on. */
function collect(context: Context): void {
  const { system, process, shell } = context;
  const { waiting } = shell;
  if (waiting?.kind !== "substitution") return;
  while (!waiting.ended) {
    const taken = read(system, process, waiting.fd);
    if (taken === "wait") break;
    waiting.text += taken.data;
    waiting.ended = taken.end;
  }
  if (!waiting.ended || waiting.status === undefined) return;
  closeFile(system, process, waiting.fd);
  shell.substitutions.push(waiting.text.replace(/\n+$/, ""));
  shell.substitutionStatus = waiting.status;
  shell.waiting = undefined;
}

/** Ctrl-C goes to the foreground; with nothing there it ends the script. */
function interrupt(context: Context): void {
  const { shell, system, process } = context;
  const { waiting } = shell;
  if (waiting?.kind === "job") {
    waiting.interrupted = true;
    for (const pid of waiting.pids) {
      if (!waiting.ended.has(pid)) killProcess(system, pid, "SIGINT");
    }
    return;
  }
  if (waiting?.kind === "substitution") killProcess(system, waiting.pid, "SIGINT");
  if (!shell.interactive) return endBySignal(system, process, "SIGINT");
  shell.waiting = undefined;
  shell.frames = [];
  shell.status = 130;
}
