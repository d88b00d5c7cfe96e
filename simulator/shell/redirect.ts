// Redirections: `>`, `>>`, `<`, `2>&1`, `&>`, `<<<`. They make a new table of descriptors and leave
// the old one as it was.
import { writeFile } from "../host/files.ts";
import { readFile } from "../host/read-file.ts";
import type { OpenFile } from "../host/process.ts";
import { openPipe } from "../host/system.ts";
import { isDirectory, resolvePath } from "../programs/directory.ts";
import { type Expansion, expandText } from "./expand.ts";
import type { Redirection } from "./script.ts";
import type { Context } from "./shell.ts";

/** A redirection with its words expanded. */
export interface ReadyRedirection {
  readonly redirection: Redirection;
  readonly text: string;
}

export function expandRedirections(
  expansion: Expansion,
  redirections: readonly Redirection[],
): ReadyRedirection[] {
  return redirections.map((redirection) => {
    const word = redirection.to === "text" ? redirection.text : redirection.target;
    return { redirection, text: expandText(expansion, word) };
  });
}

/** The descriptors a command gets, or what is wrong in bash's words. */
export function redirectedFiles(
  { system, process }: Context,
  ready: readonly ReadyRedirection[],
): Map<number, OpenFile> | { readonly complaint: string } {
  const { host, sim } = system;
  const files = new Map(process.files);
  for (const { redirection, text } of ready) {
    const path = resolvePath(process.directory, text);
    switch (redirection.to) {
      case "file":
      case "both": {
        const complaint = prepareOutput(path, text, redirection.append);
        if (complaint !== undefined) return { complaint };
        const fd = redirection.to === "both" ? 1 : redirection.fd;
        files.set(fd, outputFile(path));
        if (redirection.to === "both") files.set(2, outputFile(path));
        break;
      }
      case "input":
        if (readFile(host, path, sim) === undefined && path !== "/dev/null") {
          return { complaint: `${text}: No such file or directory` };
        }
        files.set(redirection.fd, { kind: "file", path, offset: 0, append: false });
        break;
      case "copy": {
        if (text === "-") {
          files.delete(redirection.fd);
          break;
        }
        const source = files.get(Number(text));
        if (source === undefined) return { complaint: `${text}: Bad file descriptor` };
        files.set(redirection.fd, source);
        break;
      }
      case "text": {
        const pipe = openPipe(system);
        const record = host.pipes.get(pipe);
        if (record !== undefined) record.data = text;
        files.set(redirection.fd, { kind: "pipe", pipe, end: "read" });
      }
    }
  }
  return files;

  function prepareOutput(path: string, text: string, append: boolean): string | undefined {
    if (text === "") return ": No such file or directory";
    if (isDirectory(host, path)) return `${text}: Is a directory`;
    const parent = path.slice(0, path.lastIndexOf("/")) || "/";
    if (!isDirectory(host, parent)) return `${text}: No such file or directory`;
    const isVirtual = path.startsWith("/proc/") || path.startsWith("/dev/");
    if (!isVirtual && (!append || !host.files.has(path))) {
      writeFile(system, path, append ? (host.files.get(path)?.content ?? "") : "");
    }
    return undefined;
  }
}

/** Written at the end always, so that several holders of one file do not overwrite each other. */
function outputFile(path: string): OpenFile {
  if (path === "/dev/null") return { kind: "null" };
  return { kind: "file", path, offset: 0, append: true };
}
