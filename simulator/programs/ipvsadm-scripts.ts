// ipvsadm-save and ipvsadm-restore, the scripts that come with ipvsadm 1.31.
import { immediate, NEEDS_INPUT } from "./immediate.ts";
import { ipvsadmMain, restore } from "./ipvsadm.ts";
import type { Program } from "./program.ts";

/** A shell, and ipvsadm in it. */
const START_US = 17_000;

const HELP = `ipvsadm-save: Script to save the IPVS table to stdout.
   With the -n option, prints out the table in numeric format.
`;

export const ipvsadmSave: Program = immediate(START_US, ({ host, sim, args }) => {
  if (args.some((arg) => arg.startsWith("-") && arg !== "-n")) return { stderr: HELP, code: 1 };
  return ipvsadmMain(host, args.includes("-n") ? ["-S", "-n"] : ["-S"], sim);
});

/** In place of the table that is there; lines that begin with # are left out. */
export const ipvsadmRestore: Program = immediate(START_US, ({ host, sim, input }) => {
  if (input === undefined) return NEEDS_INPUT;
  ipvsadmMain(host, ["-C"], sim);
  const lines = input.split("\n").filter((line) => !line.startsWith("#"));
  return restore(host, lines.join("\n"), sim);
});
