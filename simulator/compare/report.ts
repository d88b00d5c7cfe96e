// A comparison as text for a terminal: shares, then what disagrees, recorded | replayed.
import { PARTS, percent } from "../compare.ts";
import type { Comparison, Disagreement, OutputDisagreement } from "../compare.ts";
import type { CapturedFrame, StepResult } from "../scenario.ts";
import { comparedText } from "./text.ts";

export interface Sums {
  readonly good: number;
  readonly total: number;
}

/** How much is shown: everything, or the first few of each kind, long lines cut. */
export interface Extent {
  readonly items: number;
  readonly column: number;
}

export const BRIEF: Extent = { items: 5, column: 60 };
export const WHOLE: Extent = { items: Infinity, column: 120 };

const NAME_WIDTH = 28;
const SHARE_WIDTH = 32;

export const HEADING =
  "recording".padEnd(NAME_WIDTH) + PARTS.map((part) => part.padEnd(SHARE_WIDTH)).join("");

/** One line: the shares with exclusions and, where it differs, without them. */
export function shareLine(
  name: string,
  shares: Readonly<Record<(typeof PARTS)[number], { with: Sums; without: Sums }>>,
): string {
  const columns = PARTS.map((part) => {
    const { with: used, without } = shares[part];
    const share = share2(used);
    const other = share2(without);
    return (share === other ? share : `${share} (${other})`).padEnd(SHARE_WIDTH);
  });
  return (name.padEnd(NAME_WIDTH) + columns.join("")).trimEnd();
}

/** What disagrees, part by part. */
export function disagreements(comparison: Comparison, extent: Extent): string[] {
  return [
    ...section("frames", byStream(comparison.frames.bad), extent, (stream) =>
      frameRows(stream, extent),
    ),
    ...section("logs", byStream(comparison.logs.bad), extent, (stream) => logRows(stream, extent)),
    ...section("outputs", comparison.outputs.bad, extent, (bad) => outputRows(bad, extent)),
  ];
}

/** What each exclusion took away. */
export function exclusionLines(comparison: Comparison): string[] {
  return comparison.excluded.map(
    ({ id, part, items }) => `  excluded by "${id}": ${items} of ${part}`,
  );
}

/** Rounded down, so that 100 means all. */
function share2(sums: Sums): string {
  return `${(Math.floor(percent(sums) * 100) / 100).toFixed(2)} % of ${sums.total}`;
}

function section<T>(
  title: string,
  bad: readonly T[],
  extent: Extent,
  rowsOf: (item: T) => string[],
): string[] {
  if (bad.length === 0) return [];
  const more = bad.length - extent.items;
  return [
    `  ${title}: recorded | replayed`,
    ...bad.slice(0, extent.items).flatMap(rowsOf),
    ...(more > 0 ? [`    … and ${more} more (-v shows all)`] : []),
  ];
}

interface BadStream {
  readonly name: string;
  readonly bad: readonly Disagreement[];
}

/** The disagreements of each conversation or process, in the order of the first of each. */
export function byStream(bad: readonly Disagreement[]): BadStream[] {
  const streams = new Map<string, Disagreement[]>();
  for (const item of bad) streams.set(item.stream, [...(streams.get(item.stream) ?? []), item]);
  return [...streams].map(([name, items]) => ({ name, bad: items }));
}

export type Row = { readonly recorded?: Disagreement; readonly replayed?: Disagreement };

/** Further apart than this, two items are not each other's counterpart. */
const COUNTERPART_S = 1;

/** Puts each recorded item beside the replayed one that probably stands for it. */
export function paired(bad: readonly Disagreement[]): Row[] {
  const rows: Row[] = [];
  const waiting = bad.filter(({ side }) => side === "replayed");
  for (const recorded of bad.filter(({ side }) => side === "recorded")) {
    while (waiting[0] !== undefined && waiting[0].at < recorded.at - COUNTERPART_S) {
      rows.push({ replayed: waiting.shift()! });
    }
    const near = waiting[0] !== undefined && waiting[0].at <= recorded.at + COUNTERPART_S;
    rows.push(near ? { recorded, replayed: waiting.shift()! } : { recorded });
  }
  return [...rows, ...waiting.map((replayed) => ({ replayed }))];
}

function frameRows({ name, bad }: BadStream, extent: Extent): string[] {
  const rows = paired(bad).slice(0, extent.items);
  return [
    `    ${(JSON.parse(name) as unknown[]).join(" ")}`,
    ...rows.map((row) => frameRow(row, extent)),
  ];
}

/** Two frames: the fields in which they differ. One frame: all that is compared of it. */
function frameRow({ recorded, replayed }: Row, { column }: Extent): string {
  const ours = flat(recorded?.item.frame);
  const theirs = flat(replayed?.item.frame);
  if (recorded === undefined) return `      nothing | ${cut(listed(theirs), 2 * column)}`;
  if (replayed === undefined) return `      ${cut(listed(ours), 2 * column)} | nothing`;
  const differing = [...new Set([...ours.keys(), ...theirs.keys()])].filter(
    (key) => key === "t" || (ours.get(key) !== theirs.get(key) && !NOISE.test(key)),
  );
  const cells = differing.map(
    (key) => `${key} ${ours.get(key) ?? "-"} | ${theirs.get(key) ?? "-"}`,
  );
  return `      ${cells.join("; ")}`;
}

/** Fields that are not compared, or follow from others. */
export const NOISE =
  /^(if|flooded_to|src|ip\.(src|tos))$|\.(id|len|win|df|[sd]port|tsval|tsecr|len_seg|options)$/;

function listed(fields: ReadonlyMap<string, string>): string {
  return [...fields]
    .filter(([key]) => !NOISE.test(key))
    .map(([key, value]) => (key === "t" ? value : `${key.replace(/^ip\./, "")}=${value}`))
    .join(" ");
}

/** All fields of a frame by their place: "ip.tcp.flags". */
export function flat(frame: CapturedFrame | undefined): Map<string, string> {
  const fields = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) {
      fields.set(path, path === "t" ? Number(value).toFixed(4) : String(value));
    } else if (Array.isArray(value)) {
      const texts = value.map((item) => (typeof item === "object" ? JSON.stringify(item) : item));
      fields.set(path, path === "to" ? texts.sort().join(",") : texts.join(","));
    } else {
      for (const [key, inner] of Object.entries(value)) {
        walk(inner, path === "" ? key : `${path}.${key}`);
      }
    }
  };
  if (frame !== undefined) walk(frame, "");
  return fields;
}

function logRows({ name, bad }: BadStream, extent: Extent): string[] {
  const text = (line: Disagreement | undefined): string =>
    line === undefined ? "nothing" : `${line.at.toFixed(4)} ${line.item.body}`;
  const rows = paired(bad).slice(0, extent.items);
  return [
    `    ${(JSON.parse(name) as string[]).join(" ")}`,
    ...rows.map(({ recorded, replayed }) => columns(text(recorded), text(replayed), extent)),
  ];
}

function outputRows(bad: OutputDisagreement, extent: Extent): string[] {
  const { recorded, replayed } = bad;
  const rows = [`    ${bad.at} ${bad.host}$ ${bad.run.split("\n")[0]}`];
  if (recorded.code !== replayed.code) {
    const text = (code: number | undefined): string =>
      code === undefined ? "no exit status" : `exit status ${code}`;
    rows.push(columns(text(recorded.code), text(replayed.code), extent));
  }
  for (const stream of ["stdout", "stderr"] as const) {
    rows.push(...lineRows(comparable(recorded, stream), comparable(replayed, stream), extent));
  }
  return rows;
}

/** The lines as they are compared, and the expire column where there is one. */
function comparable(result: StepResult, stream: "stdout" | "stderr"): string[] {
  const { lines, expiries } = comparedText(result[stream] ?? "");
  return [
    ...lines,
    ...expiries.map(({ row, seconds }) => `expires in ${seconds} s: ${row.trim()}`),
  ];
}

/** The lines between the first and the last that differ. */
function lineRows(ours: readonly string[], theirs: readonly string[], extent: Extent): string[] {
  const shorter = Math.min(ours.length, theirs.length);
  let start = 0;
  while (start < shorter && ours[start] === theirs[start]) start++;
  let tail = 0;
  while (tail < shorter - start && ours.at(-1 - tail) === theirs.at(-1 - tail)) tail++;
  const left = ours.slice(start, ours.length - tail);
  const right = theirs.slice(start, theirs.length - tail);
  const height = Math.min(Math.max(left.length, right.length), extent.items);
  return Array.from({ length: height }, (_, i) =>
    columns(left[i] ?? "nothing", right[i] ?? "nothing", extent),
  );
}

function columns(left: string, right: string, { column }: Extent): string {
  const [ours, theirs] = fromFirstDifference(left, right, column);
  return `      ${cut(ours, column).padEnd(column)} | ${cut(theirs, column)}`;
}

/** What stays of a common beginning when it is too long to show what follows it. */
const CONTEXT = 12;

function fromFirstDifference(left: string, right: string, column: number): [string, string] {
  let same = 0;
  while (same < left.length && left[same] === right[same]) same++;
  if (left === right || Math.max(left.length, right.length) <= column || same < column / 2) {
    return [left, right];
  }
  return [`…${left.slice(same - CONTEXT)}`, `…${right.slice(same - CONTEXT)}`];
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
