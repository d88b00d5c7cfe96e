// The acting director's table over time: active connections above each server's line, inactive ones
// below.
import { areaY, lineY, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import type { Span } from "../../instrument/score.ts";
import { columnsOf, finish, type Frame, INK, PALE, rowHead } from "./frame.ts";
import { type Level, levelAt, type Point, pointsOf, thinned } from "./series.ts";
import { serverSign } from "./symbols.ts";

/** As many as a line is wide: finer steps are not seen. */
const PIXELS = 1.5;

export interface Table {
  readonly server: string;
  readonly levels: readonly Level[];
}

/** Highest counts of all servers; at least 1. */
export function mostOf(tables: readonly Table[]): { active: number; inactive: number } {
  const most = { active: 1, inactive: 1 };
  for (const { counts } of tables.flatMap(({ levels }) => levels)) {
    most.active = Math.max(most.active, counts?.active ?? 0);
    most.inactive = Math.max(most.inactive, counts?.inactive ?? 0);
  }
  return most;
}

/** Active connections above each server's line, inactive ones below; each side has its own scale. */
export function drawTables(
  tables: readonly Table[],
  acting: readonly Span<string>[],
  words: { active: (n: number) => string; inactive: (n: number) => string; notListed: string },
  frame: Frame,
) {
  const most = mostOf(tables);
  const { domain, left, now } = frame;
  const names = tables.map(({ server }) => server);
  const lettered = tables.map(({ server, levels }) => ({ server, counts: levelAt(levels, now) }));
  const shown = acting.filter(({ from, to }) => from <= frame.known && to > domain.from);
  const begins = shown.map(({ from, value }) => ({ at: Math.max(from, domain.from), value }));
  const first = names[0] ?? "";
  const right = {
    fy: "server",
    frameAnchor: "right",
    dx: 8,
    textAnchor: "start",
    fontSize: 14,
  } as const;
  return finish(
    frame,
    names,
    [-1.08, 1.08],
    [
      ruleX(begins, { x: "at", stroke: "var(--rule2)", strokeDasharray: "2 3" }),
      text(begins, {
        x: "at",
        fy: () => first,
        frameAnchor: "top",
        dx: 4,
        dy: -11,
        textAnchor: "start",
        text: "value",
        fontSize: 13,
        className: "i2",
      }),
      ...tables.flatMap(({ server, levels }) => [
        ...sideOf(server, levels, "inactive", -1 / most.inactive, frame),
        ...sideOf(server, levels, "active", 1 / most.active, frame),
      ]),
      ruleY(names, { y: () => 0, fy: (name: string) => name, stroke: "var(--rule2)" }),
      ...names.flatMap((name, place) =>
        rowHead(name, serverSign(place), { fill: INK, stroke: "none" }, left),
      ),
      text(lettered, {
        ...right,
        dy: -8,
        className: "b",
        text: ({ counts }: (typeof lettered)[number]) =>
          counts === undefined ? "" : words.active(counts.active),
      }),
      text(lettered, {
        ...right,
        dy: 8,
        className: "i2",
        text: ({ counts }: (typeof lettered)[number]) =>
          counts === undefined ? words.notListed : words.inactive(counts.inactive),
      }),
    ],
  );
}

function sideOf(
  server: string,
  levels: readonly Level[],
  side: "active" | "inactive",
  scale: number,
  frame: Frame,
): Markish[] {
  const { domain, now, known } = frame;
  const points = pointsOf(levels, side).map(({ at, value }): Point => {
    return { at: Math.max(at, domain.from), value: value * scale };
  });
  const until = points.findLastIndex(({ at }) => at <= now) + 1;
  const turn = { at: Math.min(now, known), value: points[until - 1]?.value ?? NaN };
  const end = { at: known, value: points.at(-1)?.value ?? NaN };
  const past = { list: [...points.slice(0, until), turn], opacity: 1 };
  const future = { list: [turn, ...points.slice(until), end], opacity: PALE };
  return (known > now ? [past, future] : [past]).flatMap(({ list, opacity }) => {
    const few = thinned(list, domain, columnsOf(frame) / PIXELS);
    const common = { x: "at", fy: () => server, curve: "step-after", opacity } as const;
    if (side === "active") return lineY(few, { ...common, y: "value", stroke: INK });
    return [
      areaY(few, { ...common, y1: () => 0, y2: "value", fill: "var(--rule)" }),
      lineY(few, { ...common, y: "value", stroke: "var(--ink3)", strokeWidth: 1 }),
    ];
  });
}
