// The frame of every chart: rows under one another on one axis, so wide and so high that the cursor
// can be laid over it without drawing anew.
import { axisX, dot, type Markish, plot, ruleX, text } from "@observablehq/plot";
import { type Domain, stepOf, ticksOf } from "./series.ts";
import type { Sign } from "./symbols.ts";

/** Where time stands in the picture; lengths in pixels. */
export interface Frame {
  readonly domain: Domain;
  readonly now: number;
  /** How far has been run. */
  readonly known: number;
  readonly width: number;
  readonly left: number;
  readonly right: number;
  /** Of one row. */
  readonly height: number;
  readonly top: number;
}

const BOTTOM = 22;
/** Classes of the plate's lettering: secondary, old, bold. */
const LETTERING = ["i2", "i3", "b"] as const;
export const INK = "var(--ink)";
/** The opacity of what is recorded beyond the cursor. */
export const PALE = 0.4;
/** From the middle of one mark to the next, so that they do not touch; pixels. */
export const MARK_PITCH = 10;

export const columnsOf = ({ width, left, right }: Frame): number =>
  Math.max(20, width - left - right);

export interface Paint {
  readonly fill: string;
  readonly stroke: string;
  readonly strokeWidth?: number;
}

/** A row's mark and name, at its left. */
export function rowHead(
  name: string,
  symbol: Sign | "circle" | "times",
  paint: Paint,
  left: number,
): Markish[] {
  const at = { fy: [name], frameAnchor: "left" } as const;
  return [
    dot([name], { ...at, dx: 7 - left, symbol, r: 5.5, ...paint }),
    text([name], { ...at, dx: 20 - left, textAnchor: "start", fontSize: 15 }),
  ];
}

/** The rows under one another, on the axis of time or without one. */
export function finish(
  frame: Frame,
  rows: readonly string[],
  y: readonly [number, number],
  marks: readonly Markish[],
  isTime = true,
) {
  const { domain, width, left, right, height, top } = frame;
  const step = stepOf(domain, columnsOf(frame) / 44);
  const ticks = isTime ? ticksOf(domain, Math.max(step, 1_000_000)) : [];
  const svg = plot({
    width,
    height: top + rows.length * height + BOTTOM,
    marginLeft: left,
    marginRight: right,
    marginTop: top,
    marginBottom: BOTTOM,
    className: "staff",
    style: { overflow: "visible" },
    x: { domain: [domain.from, domain.to], axis: null },
    y: { domain: y, axis: null },
    fy: { domain: rows, axis: null, padding: 0 },
    marks: [
      ruleX(ticks, { stroke: "var(--rule)" }),
      axisX(ticks, {
        anchor: "bottom",
        tickSize: 0,
        tickPadding: 6,
        label: null,
        fontSize: 13,
        className: "i3",
        tickFormat: (at: number) => `${at / 1_000_000}${at === ticks[0] ? " s" : ""}`,
      }),
      ...marks,
    ],
  });
  // One picture with one description: what Plot says of its groups would be read out as noise.
  for (const each of svg.querySelectorAll("[aria-label]")) each.removeAttribute("aria-label");
  svg.setAttribute("role", "img");
  // The plate letters its texts one by one; Plot gives a class to a group of them.
  for (const kind of LETTERING) {
    for (const each of svg.querySelectorAll(`.${kind} text`)) each.classList.add(kind);
  }
  return svg;
}
