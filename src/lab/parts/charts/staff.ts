// A staff: a row for each server or result, marks where something happened, bars where marks would
// touch, and the stretches without an answer measured below.
import { dot, link, type Markish, rect, ruleY, text, tickX } from "@observablehq/plot";
import { secondsText } from "../../instrument/cluster.ts";
import type { Outage } from "../../instrument/score.ts";
import {
  columnsOf,
  finish,
  type Frame,
  INK,
  MARK_PITCH,
  type Paint,
  PALE,
  rowHead,
} from "./frame.ts";
import { bucketsOf, type Domain, isDense, type Mark, stepOf } from "./series.ts";
import type { Sign } from "./symbols.ts";

/** One line of the staff: a server, or a result. */
export interface Row {
  readonly name: string;
  readonly marks: readonly Mark[];
  readonly symbol: Sign | "circle" | "times";
  readonly color: string;
  /** Drawn with a stroke, not filled. */
  readonly isLine: boolean;
  /** At the right end. */
  readonly count: string;
}

const SECOND = 1_000_000;
const BAR_PITCH = 6;
/** The highest bar does not touch the row above. */
const AIR = 1.2;

/** How the marks of these rows are drawn: one by one, or as bars of `step` microseconds. */
export function barsOf(
  rows: readonly Row[],
  frame: Frame,
): { step: number; most: number } | undefined {
  const { domain, now } = frame;
  const columns = columnsOf(frame);
  // A tick's arms reach further than a square.
  const pitch = rows.some(({ isLine }) => isLine) ? MARK_PITCH * 1.4 : MARK_PITCH;
  const gap = ((domain.to - domain.from) / columns) * pitch;
  if (!rows.some(({ marks }) => isDense(marks, gap))) return undefined;
  const step = Math.max(SECOND, stepOf(domain, columns / BAR_PITCH));
  const heights = rows.flatMap(({ marks }) =>
    bucketsOf(marks, step, now).map(({ past, future }) => past + future),
  );
  return { step, most: Math.max(1, ...heights) };
}

/** Rows of marks on a time axis, or of bars where marks would touch. */
export function drawStaff(
  rows: readonly Row[],
  gaps: { readonly outages: readonly Outage[]; readonly label: string } | undefined,
  frame: Frame,
) {
  const bars = barsOf(rows, frame);
  const drawn = rows.flatMap((row) =>
    bars === undefined ? marksOf(row, frame) : barMarks(row, bars.step, frame),
  );
  const names = rows.map(({ name }) => name);
  const extra = gaps === undefined ? [] : [gaps.label];
  return finish(
    frame,
    [...names, ...extra],
    [0, (bars?.most ?? 1) * AIR],
    [
      ruleY(names, {
        y: () => (bars === undefined ? AIR / 2 : 0),
        fy: (name: string) => name,
        stroke: "var(--rule2)",
      }),
      ...drawn,
      ...rows.flatMap((row) => lettering(row, frame)),
      ...(gaps === undefined ? [] : dimensions(gaps.outages, gaps.label, bars?.most ?? 1, frame)),
    ],
  );
}

const paintOf = ({ color, isLine }: Row, strokeWidth: number): Paint =>
  isLine ? { fill: "none", stroke: color, strokeWidth } : { fill: color, stroke: "none" };

function lettering(row: Row, { left }: Frame): Markish[] {
  const { name, symbol, count } = row;
  return [
    ...rowHead(name, symbol, paintOf(row, 2), left),
    text([count], {
      fy: [name],
      frameAnchor: "right",
      dx: 8,
      textAnchor: "start",
      fontSize: 15,
      className: "b",
    }),
  ];
}

function marksOf(row: Row, { now }: Frame): Markish[] {
  const { name, marks, symbol } = row;
  const common = { x: "at", fy: () => name, frameAnchor: "middle", symbol, r: 4.5 } as const;
  return [true, false].map((isPast) =>
    dot(
      marks.filter(({ known }) => known <= now === isPast),
      { ...common, ...paintOf(row, 1.75), opacity: isPast ? 1 : PALE },
    ),
  );
}

/** A bar that the cursor crosses is cut there; what was asked before and known later stands on top. */
function barMarks({ name, marks, color }: Row, step: number, frame: Frame): Markish[] {
  const { now, known, domain } = frame;
  const buckets = bucketsOf(marks, step, now).map(({ from, to, past, future }) => {
    const isCut = to > now && from < now;
    return {
      from: Math.max(from, domain.from),
      turn: isCut ? now : Math.min(to, known),
      begin: isCut ? now : Math.max(from, domain.from),
      to: Math.min(to, known),
      past,
      foot: isCut ? 0 : past,
      all: isCut ? future : past + future,
    };
  });
  const common = { fy: () => name, fill: color, insetLeft: 0.5, insetRight: 0.5 } as const;
  return [
    rect(
      buckets.filter(({ foot, all }) => all > foot),
      { ...common, x1: "begin", x2: "to", y1: "foot", y2: "all", opacity: PALE },
    ),
    rect(buckets, { ...common, x1: "from", x2: "turn", y1: () => 0, y2: "past" }),
  ];
}

/** The stretches without an answer, each with its measure in seconds. */
function dimensions(
  outages: readonly Outage[],
  label: string,
  most: number,
  frame: Frame,
): Markish[] {
  const { domain, left } = frame;
  const perPixel = (domain.to - domain.from) / columnsOf(frame);
  const measured = outages.map(({ from, to }) => ({
    from,
    to,
    seconds: `${secondsText(to - from, 1)} s`,
    // The measure stands in the line where there is room, else on the side with more of it.
    place:
      (to - from) / perPixel > 54 ? "middle" : to < (domain.from + domain.to) / 2 ? "end" : "start",
  }));
  const fy = () => label;
  const y = () => (most * AIR) / 2;
  return [
    link(measured, { fy, x1: "from", x2: "to", y1: y, y2: y, stroke: INK }),
    ...["from", "to"].map((x) =>
      tickX(measured, { fy, x, stroke: INK, insetTop: 8, insetBottom: 8 }),
    ),
    ...(["middle", "end", "start"] as const).map((place) =>
      text(
        measured.filter((each) => each.place === place),
        {
          fy,
          x: ({ from, to }: Domain) =>
            place === "middle" ? (from + to) / 2 : place === "end" ? to : from,
          dx: place === "end" ? 6 : place === "start" ? -6 : 0,
          textAnchor: place === "middle" ? "middle" : place === "end" ? "start" : "end",
          y,
          text: "seconds",
          fontSize: 14,
          stroke: "var(--plate)",
          strokeWidth: 5,
          fill: INK,
          className: "b",
        },
      ),
    ),
    text([label], {
      fy: [label],
      frameAnchor: "left",
      dx: 20 - left,
      textAnchor: "start",
      fontSize: 15,
      lineWidth: (left - 26) / 15,
      textOverflow: "ellipsis",
    }),
  ];
}
