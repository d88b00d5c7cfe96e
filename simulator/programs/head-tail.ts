// head and tail: the first lines, and the last ones, with -f those to come.
import { readFile } from "../host/read-file.ts";
import { setTimer, write } from "../host/system.ts";
import { resolvePath } from "./directory.ts";
import { finish } from "./immediate.ts";
import { readShortOptions } from "./options.ts";
import type { Program } from "./program.ts";
import {
  joinLines,
  linesOf,
  plainOptions,
  readLines,
  type Source,
  textTool,
} from "./text-tools.ts";

const headOfAll = textTool("head", "n:c:qv", ({ values }, { found }) => {
  const bytes = values.get("c");
  if (bytes !== undefined) {
    return { stdout: withHeaders(found, (text) => text.slice(0, Number(bytes))) };
  }
  const count = Number(values.get("n") ?? 10);
  return {
    stdout: withHeaders(found, (text) => {
      const lines = linesOf(text);
      return joinLines(count < 0 ? lines.slice(0, count) : lines.slice(0, count));
    }),
  };
});

/** From a pipe it ends with the last line that it wants, which ends the writer too. */
export const head: Program = {
  startUs: 2_500,
  run(process, reason, system) {
    const options = readShortOptions("head", plainOptions(process.argv.slice(1)), "n:c:qv");
    const count = "complaint" in options ? NaN : Number(options.values.get("n") ?? 10);
    const isPipe = !("complaint" in options) && options.rest.length === 0;
    if (!isPipe || options.values.has("c") || !(count >= 0)) {
      return headOfAll.run(process, reason, system);
    }
    const memory = (process.memory ?? { left: count, rest: "" }) as { left: number; rest: string };
    process.memory = memory;
    for (;;) {
      const isFull = memory.left === 0;
      const taken = isFull ? { lines: [], end: true } : readLines(system, process, memory);
      if (taken === "wait") return;
      const shown = taken.lines.slice(0, memory.left);
      memory.left -= shown.length;
      write(system, process, 1, joinLines(shown));
      if (taken.end || memory.left === 0) return finish(system, process, {});
    }
  },
};

/** Several files are told apart by a line with each one's name. */
function withHeaders(sources: readonly Source[], part: (text: string) => string): string {
  if (sources.length < 2) return sources.map(({ text }) => part(text)).join("");
  return sources.map(({ name, text }) => `==> ${name} <==\n${part(text)}`).join("\n");
}

/** How often `tail -f` looks. */
const FOLLOW_US = 100_000;

interface Followed {
  readonly name: string;
  length: number;
}

const tailOnce = textTool("tail", "n:c:qFf", ({ values }, { found }) => {
  const bytes = values.get("c");
  if (bytes !== undefined) {
    return { stdout: withHeaders(found, (text) => text.slice(-Number(bytes))) };
  }
  const count = values.get("n") ?? "10";
  const from = count.startsWith("+") ? Math.max(0, Number(count) - 1) : undefined;
  return {
    stdout: withHeaders(found, (text) => {
      const lines = linesOf(text);
      if (from !== undefined) return joinLines(lines.slice(from));
      return joinLines(Number(count) === 0 ? [] : lines.slice(-Math.abs(Number(count))));
    }),
  };
});

/** With -f it stays and prints what is added, until a signal ends it. */
export const tail: Program = {
  startUs: 2_500,
  run(process, reason, system) {
    const options = process.argv.slice(1);
    const follows = options.some((word) => /^-[a-z0-9]*[fF]/.test(word) || word === "--follow");
    if (!follows || !options.some((word) => word.startsWith("/") || !word.startsWith("-"))) {
      return tailOnce.run(process, reason, system);
    }
    const names = readShortOptions("tail", plainOptions(options), "n:c:qFf");
    if ("complaint" in names) return finish(system, process, { stderr: names.complaint, code: 1 });
    const name = names.rest[0] ?? "";
    const text = readFile(system.host, resolvePath(process.directory, name), system.sim);
    if (reason.kind === "start") {
      if (text === undefined) {
        const stderr = `tail: cannot open '${name}' for reading: No such file or directory\n`;
        return finish(system, process, { stderr, code: 1 });
      }
      const count = Number(names.values.get("n") ?? 10);
      write(system, process, 1, joinLines(count === 0 ? [] : linesOf(text).slice(-count)));
      process.memory = { name, length: text.length } satisfies Followed;
    } else {
      const followed = process.memory as Followed;
      const now = text ?? "";
      if (now.length < followed.length) followed.length = 0;
      write(system, process, 1, now.slice(followed.length));
      followed.length = now.length;
    }
    setTimer(system, process, "look", system.sim.now + FOLLOW_US);
  },
};
