// diff of two files, in its usual form and as `-u`. Left out: directories, `-w` and its like.
import { readFile } from "../host/read-file.ts";
import { resolvePath } from "./directory.ts";
import { immediate, type Output } from "./immediate.ts";
import { readShortOptions } from "./options.ts";
import { linesOf, tryHelp } from "./text-tools.ts";

export const diff = immediate(2_000, (call): Output => {
  const options = readShortOptions("diff", call.args, "uq");
  if ("complaint" in options) return { stderr: options.complaint + tryHelp("diff"), code: 2 };
  const { flags, rest } = options;
  const [left, right] = rest;
  if (left === undefined || right === undefined) {
    const after = left === undefined ? "" : ` after '${left}'`;
    return { stderr: `diff: missing operand${after}\n${tryHelp("diff")}`, code: 2 };
  }
  const texts = [left, right].map((name) =>
    readFile(call.host, resolvePath(call.process.directory, name), call.sim),
  );
  const [before, after] = texts;
  if (before === undefined || after === undefined) {
    const missing = before === undefined ? left : right;
    return { stderr: `diff: ${missing}: No such file or directory\n`, code: 2 };
  }
  if (before === after) return {};
  if (flags.has("q")) return { stdout: `Files ${left} and ${right} differ\n`, code: 1 };
  const edits = editsBetween(linesOf(before), linesOf(after));
  return { stdout: flags.has("u") ? unified(left, right, edits) : normal(edits), code: 1 };
});

interface Edit {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** The longest common subsequence of lines, and what goes and comes around it. */
function editsBetween(before: readonly string[], after: readonly string[]): Edit[] {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const [down = 0, right = 0] = [lengths[(i + 1) * width + j], lengths[i * width + j + 1]];
      const both = (lengths[(i + 1) * width + j + 1] ?? 0) + 1;
      lengths[i * width + j] = before[i] === after[j] ? both : Math.max(down, right);
    }
  }
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [down = 0, right = 0] = [lengths[(i + 1) * width + j], lengths[i * width + j + 1]];
    if (i < before.length && j < after.length && before[i] === after[j]) {
      edits.push({ mark: " ", text: before[i++] ?? "" });
      j++;
    } else if (j >= after.length || (i < before.length && down >= right)) {
      edits.push({ mark: "-", text: before[i++] ?? "" });
    } else {
      edits.push({ mark: "+", text: after[j++] ?? "" });
    }
  }
  return edits;
}

/** "5c5", then the lines with "<" and ">". */
function normal(edits: readonly Edit[]): string {
  let [out, i, j] = ["", 0, 0];
  for (let at = 0; at < edits.length;) {
    if (edits[at]?.mark === " ") {
      [i, j, at] = [i + 1, j + 1, at + 1];
      continue;
    }
    const end = edits.findIndex(({ mark }, index) => index >= at && mark === " ");
    const hunk = edits.slice(at, end < 0 ? undefined : end);
    const gone = hunk.filter(({ mark }) => mark === "-");
    const come = hunk.filter(({ mark }) => mark === "+");
    const range = (start: number, count: number): string =>
      count === 0 ? `${start}` : count === 1 ? `${start + 1}` : `${start + 1},${start + count}`;
    const kind = gone.length === 0 ? "a" : come.length === 0 ? "d" : "c";
    out += `${range(i, gone.length)}${kind}${range(j, come.length)}\n`;
    out += gone.map(({ text }) => `< ${text}\n`).join("");
    if (kind === "c") out += "---\n";
    out += come.map(({ text }) => `> ${text}\n`).join("");
    [i, j, at] = [i + gone.length, j + come.length, at + hunk.length];
  }
  return out;
}

const CONTEXT = 3;

/** Hunks of changes with three lines around them. */
function unified(left: string, right: string, edits: readonly Edit[]): string {
  const near = edits.map((_, at) =>
    edits.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ mark }) => mark !== " "),
  );
  let [out, i, j] = [`--- ${left}\n+++ ${right}\n`, 0, 0];
  for (let at = 0; at < edits.length;) {
    if (near[at] !== true) {
      [i, j, at] = [i + 1, j + 1, at + 1];
      continue;
    }
    const end = near.findIndex((isNear, index) => index >= at && !isNear);
    const hunk = edits.slice(at, end < 0 ? undefined : end);
    const old = hunk.filter(({ mark }) => mark !== "+").length;
    const fresh = hunk.filter(({ mark }) => mark !== "-").length;
    const range = (start: number, count: number): string =>
      `${count === 0 ? start : start + 1}${count === 1 ? "" : `,${count}`}`;
    out += `@@ -${range(i, old)} +${range(j, fresh)} @@\n`;
    out += hunk.map(({ mark, text }) => `${mark}${text}\n`).join("");
    [i, j, at] = [i + old, j + fresh, at + hunk.length];
  }
  return out;
}
