// What is different in two sides before anything has run: files, sysctls and steps, line by line.
import type { Run } from "./run.ts";
import { stepsOf } from "../share/steps.ts";
import { diffLines } from "../config/diff.ts";
import type { Step } from "./side.ts";

export interface ChangedText {
  /** Files that differ in the same lines are told once. */
  readonly names: readonly string[];
  readonly lines: readonly { readonly kind: "gone" | "new"; readonly text: string }[];
}

/** `steps` and `sysctl` are the names of what is no file. */
export function changesOf(a: Run, b: Run): ChangedText[] {
  const [ofA, ofB] = [textsOf(a), textsOf(b)];
  const found: ChangedText[] = [];
  for (const name of new Set([...ofA.keys(), ...ofB.keys()])) {
    const lines = diffLines(ofA.get(name) ?? "", ofB.get(name) ?? "").flatMap(({ kind, text }) =>
      kind === "same" || text.trim() === "" ? [] : [{ kind, text: text.trim() }],
    );
    if (lines.length === 0) continue;
    const key = JSON.stringify(lines);
    const alike = found.findIndex((each) => JSON.stringify(each.lines) === key);
    const known = found[alike];
    if (known === undefined) found.push({ names: [name], lines });
    else found[alike] = { names: [...known.names, name], lines };
  }
  return found;
}

function textsOf({ side, inputs }: Run): Map<string, string> {
  const { files = {}, sysctl = {}, steps } = side.scenario;
  const settings = Object.entries(sysctl).flatMap(([host, own]) =>
    Object.entries(own).map(([key, value]) => `${host}: ${key} = ${value}`),
  );
  const done = [...steps, ...stepsOf(inputs)].map(lineOf);
  return new Map([
    ...Object.entries(files),
    ["sysctl", settings.sort().join("\n")],
    ["steps", done.join("\n")],
  ]);
}

/** "12.000 s  keepalived# systemctl stop keepalived"; an operation by its name. */
function lineOf(step: Step): string {
  const at = `${step.t.toFixed(3)} s `;
  if ("run" in step) return `${at} ${step.host}# ${step.run}`;
  const { op } = step;
  const who = "host" in step ? step.host : "hosts" in step ? step.hosts.join(" | ") : "";
  const how =
    "dev" in step
      ? (step.dev ?? "")
      : "ms" in step
        ? `${step.ms} ms`
        : "share" in step
          ? String(step.share)
          : "path" in step
            ? step.path
            : "";
  return `${at} ${[who, op, how].filter(Boolean).join(" ")}`;
}
