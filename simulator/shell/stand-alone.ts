// The files in /usr/bin whose work bash does itself: `test`, `echo` and the like, for those who start
// programs without a shell.
import { exitProcess } from "../host/system.ts";
import type { Program } from "../programs/program.ts";
import { builtins } from "./builtins.ts";
import { newShell } from "./shell.ts";

/** From exec to the end, as `true` has it. */
const START_US = 1_000;

type Name = "[" | "echo" | "kill" | "printf" | "pwd" | "test";

function standAlone(name: Name): Program {
  return {
    startUs: START_US,
    run(process, reason, system) {
      if (reason.kind !== "start") return;
      const parameters = process.argv.slice(1);
      // A built-in's complaint begins with its own name.
      const shell = newShell(process, { name: "", parameters, interactive: true });
      const extra = { files: process.files, environment: [], runWords: () => undefined };
      const status = builtins[name]?.({ system, process, shell }, parameters, extra);
      exitProcess(system, process, status ?? 0);
    },
  };
}

export const standAlonePrograms = {
  "[": standAlone("["),
  echo: standAlone("echo"),
  kill: standAlone("kill"),
  printf: standAlone("printf"),
  pwd: standAlone("pwd"),
  test: standAlone("test"),
};
