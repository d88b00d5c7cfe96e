// `read`: one line of standard input into variables. What comes after the line is put back.
import type { OpenFile } from "../host/process.ts";
import { read, type System } from "../host/system.ts";
import { splitText } from "./fields.ts";
import type { Context } from "./shell.ts";

/** Ends a `read` with its status, or gives undefined while the line is not there yet. */
export function readLine({ system, process, shell }: Context): number | undefined {
  const { waiting } = shell;
  if (waiting?.kind !== "input") return undefined;
  const file = process.files.get(0);
  const taken = read(system, process, 0);
  if (taken === "wait") return undefined;
  waiting.text += taken.data;
  const newline = waiting.text.indexOf("\n");
  if (newline < 0 && !taken.end) return readLine({ system, process, shell });
  const line = newline < 0 ? waiting.text : waiting.text.slice(0, newline);
  if (newline >= 0) putBack(system, file, waiting.text.slice(newline + 1));
  shell.waiting = undefined;
  assign({ system, process, shell }, waiting.names, waiting.raw ? line : unescaped(line));
  return newline < 0 ? 1 : 0;
}

/** Gives back what was read too much, so that the next reader finds it. */
export function putBack({ host }: System, file: OpenFile | undefined, rest: string): void {
  if (file?.kind === "file") file.offset -= rest.length;
  const pipe = file?.kind === "pipe" ? host.pipes.get(file.pipe) : undefined;
  if (pipe !== undefined) pipe.data = rest + pipe.data;
}

function assign({ shell }: Context, names: readonly string[], line: string): void {
  const [first] = names;
  if (first === undefined) {
    shell.variables.set("REPLY", line);
    return;
  }
  const separators = shell.variables.get("IFS") ?? " \t\n";
  const fields = separators === "" ? [line] : splitText(line, separators, names.length);
  for (const [i, name] of names.entries()) shell.variables.set(name, fields[i] ?? "");
}

function unescaped(line: string): string {
  return line.replace(/\\(.)/g, "$1");
}
