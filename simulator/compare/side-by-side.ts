// A recording and its replay as one time line: every frame, log line and output of both sides, what
// agrees joined in one row.
import type { Comparison, Replayed } from "../compare.ts";
import type { Agreement, Disagreement } from "./agree.ts";
import { frameText } from "./frame-text.ts";
import type { Item } from "./conversations.ts";
import { byStream, flat, NOISE, paired } from "./report.ts";
import { comparedText } from "./text.ts";
import type { RecordedStep, Recording } from "../scenario.ts";

export interface SideBySideRow {
  /** Seconds after the start, on the machines; in the simulator where only it has the row. */
  readonly at: number;
  readonly kind: "frame" | "line" | "output";
  /**
   * "same"; "differs": each side has one, and they do not agree; "missing": the machines alone;
   * "extra": the simulator alone; "left-out": not compared.
   */
  readonly mark: "same" | "differs" | "missing" | "extra" | "left-out";
  readonly host: string;
  /** The program that logs, or the command typed. */
  readonly by?: string;
  readonly real?: string;
  /** Left out where it is the same text. */
  readonly simulated?: string;
  /** Of frames that differ, the fields that do: name, real, simulated. */
  readonly fields?: readonly (readonly [string, string, string])[];
  /** How much later the simulator was, in milliseconds. */
  readonly late?: number;
  /** Of outputs that differ, the places of the lines which the other side has not. */
  readonly oddReal?: readonly number[];
  readonly oddSimulated?: readonly number[];
}

/** All rows in the order of time. */
export function sideBySide(
  recording: Recording,
  replay: Replayed,
  comparison: Comparison,
): SideBySideRow[] {
  const rows = [
    ...streamRows(comparison.frames),
    ...streamRows(comparison.logs),
    ...restRows(recording, replay, comparison),
    ...outputRows(recording, replay, comparison),
  ];
  return rows.sort((a, b) => a.at - b.at);
}

function streamRows(agreement: Agreement): SideBySideRow[] {
  const same = agreement.pairs.map(({ stream, recorded, replayed }): SideBySideRow => {
    const theirs = textOf(replayed);
    const real = textOf(recorded);
    return {
      ...headOf(recorded, stream),
      mark: "same",
      real,
      ...(theirs === real ? {} : { simulated: theirs }),
      late: milliseconds(replayed.at - recorded.at),
    };
  });
  const different = byStream(agreement.bad).flatMap(({ bad }) =>
    paired(bad).map(({ recorded, replayed }) => badRow(recorded, replayed)),
  );
  return [...same, ...different];
}

function badRow(
  recorded: Disagreement | undefined,
  replayed: Disagreement | undefined,
): SideBySideRow {
  const one = (recorded ?? replayed)!;
  const head = headOf(one.item, one.stream);
  if (recorded === undefined) {
    return { ...head, mark: "extra", simulated: textOf(replayed!.item) };
  }
  const real = textOf(recorded.item);
  if (replayed === undefined) return { ...head, mark: "missing", real };
  return {
    ...head,
    mark: "differs",
    real,
    simulated: textOf(replayed.item),
    fields: fieldsThatDiffer(recorded.item, replayed.item),
    late: milliseconds(replayed.at - recorded.at),
  };
}

function fieldsThatDiffer(ours: Item, theirs: Item): [string, string, string][] {
  const left = flat(ours.frame);
  const right = flat(theirs.frame);
  const names = [...new Set([...left.keys(), ...right.keys()])];
  return names
    .filter((name) => name !== "t" && left.get(name) !== right.get(name) && !NOISE.test(name))
    .map((name) => [name, left.get(name) ?? "–", right.get(name) ?? "–"]);
}

/** What neither agrees nor disagrees: excluded, or not compared by rule (a repeated report, …). */
function restRows(
  recording: Recording,
  replay: Replayed,
  { frames, logs }: Comparison,
): SideBySideRow[] {
  const compared = new Set<object | undefined>();
  for (const { pairs, bad } of [frames, logs]) {
    for (const { recorded, replayed } of pairs) {
      for (const { frame, line } of [recorded, replayed]) compared.add(frame ?? line);
    }
    for (const { item } of bad) compared.add(item.frame ?? item.line);
  }
  const side = (of: Replayed, name: "real" | "simulated"): SideBySideRow[] => [
    ...of.frames
      .filter((frame) => !compared.has(frame))
      .map((frame) => leftOut("frame", frame.t, frame.from, name, frameText(frame))),
    ...Object.entries(of.logs).flatMap(([host, lines]) =>
      lines
        .filter((line) => !compared.has(line))
        .map(({ t, ident, msg }) => ({ ...leftOut("line", t, host, name, msg), by: ident })),
    ),
  ];
  return [...side(recording, "real"), ...side(replay, "simulated")];
}

function leftOut(
  kind: "frame" | "line",
  at: number,
  host: string,
  side: "real" | "simulated",
  text: string,
): SideBySideRow {
  return { at, kind, mark: "left-out", host, [side]: text };
}

function headOf(
  { at, frame, line }: Item,
  stream: string,
): Pick<SideBySideRow, "at" | "kind" | "host" | "by"> {
  if (frame !== undefined) return { at, kind: "frame", host: frame.from };
  const host = String((JSON.parse(stream) as unknown[])[0]);
  return { at, kind: "line", host, by: line?.ident ?? "" };
}

function textOf({ frame, line, body }: Item): string {
  if (frame !== undefined) return frameText(frame);
  return line?.msg ?? body;
}

function outputRows(
  recording: Recording,
  replay: Replayed,
  { outputs }: Comparison,
): SideBySideRow[] {
  const bad = new Set(outputs.bad.map(({ step }) => step));
  const leftOut = new Set(outputs.leftOut);
  return recording.steps.flatMap((step, i): SideBySideRow[] => {
    if (!("run" in step) || step.record !== true) return [];
    const real = outputText(step);
    const simulated = outputText(replay.steps[i]);
    const mark = leftOut.has(i) ? "left-out" : bad.has(i) ? "differs" : "same";
    return [
      {
        at: step.t,
        kind: "output",
        mark,
        host: step.host,
        by: step.run,
        real,
        ...(simulated === real ? {} : { simulated }),
        ...(mark === "differs"
          ? { oddReal: oddLines(real, simulated), oddSimulated: oddLines(simulated, real) }
          : {}),
      },
    ];
  });
}

/** What was printed, complaints after the rest, and an exit status other than 0. */
function outputText(step: RecordedStep | undefined): string {
  const printed = `${step?.stdout ?? ""}${step?.stderr ?? ""}`.replace(/\n+$/, "");
  const code = step?.code ?? 0;
  return code === 0 ? printed : `${printed}${printed === "" ? "" : "\n"}[exit status ${code}]`;
}

/** The lines of one text that the other has not, as they are compared. */
function oddLines(text: string, other: string): number[] {
  const compared = (line: string): string => comparedText(line).lines.join("\n");
  const known = new Set(other.split("\n").map(compared));
  return text.split("\n").flatMap((line, i) => (known.has(compared(line)) ? [] : [i]));
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 10_000) / 10;
}
