// The difference of two runs as charts. A is solid ink, B is dashed or empty: read in greyscale.
import type * as PlotModule from "@observablehq/plot";
import type { Figures, Given, Tally } from "./compare.ts";

type Plot = typeof PlotModule;
type Chart = ReturnType<Plot["plot"]>;

/** Lettering as in every figure. */
const STYLE = {
  fontFamily: "var(--label)",
  fontSize: "14px",
  fontVariantNumeric: "tabular-nums lining-nums",
  color: "var(--ink)",
  background: "none",
  overflow: "visible",
} as const;
const GRID = { stroke: "var(--rule)", strokeOpacity: 1, strokeWidth: 1 } as const;
/** Letters over a line keep clear of it. */
const HALO = { stroke: "var(--plate)", strokeWidth: 4, paintOrder: "stroke" } as const;
const US = 1_000_000;

export interface Frame {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  /** How long the axis is, and how far its figures stand apart: as on the scores above. */
  readonly seconds: number;
  readonly every: number;
}

/** Answers so far over time, the gap between the two shaded and measured at the end. */
export function answersChart(Plot: Plot, tally: readonly Tally[], frame: Frame): Chart {
  const last = tally.at(-1) ?? { at: 0, a: 0, b: 0 };
  const x = ({ at }: Tally): number => at / US;
  const begin = x(tally[0] ?? last);
  const first = Math.ceil(begin / frame.every) * frame.every;
  const ticks = Array.from(
    { length: Math.floor((begin + frame.seconds - first) / frame.every) + 1 },
    (_, index) => first + index * frame.every,
  );
  const isBelow = last.a < last.b;
  const end = (own: "a" | "b", isLower: boolean) =>
    Plot.text([last], {
      x,
      y: own,
      text: () => `${own.toUpperCase()} ${last[own]}`,
      textAnchor: "end",
      dx: -6,
      dy: isLower ? 14 : -10,
      fontWeight: 600,
      fontSize: 15,
      fill: "var(--ink)",
      ...HALO,
    });
  const line = (own: "a" | "b", dash?: string) =>
    Plot.lineY(tally, {
      x,
      y: own,
      curve: "step-after",
      stroke: "var(--ink)",
      strokeWidth: 2,
      ...(dash !== undefined && { strokeDasharray: dash }),
    });
  return Plot.plot({
    width: frame.width,
    height: 168,
    marginLeft: frame.left,
    marginRight: frame.right,
    marginTop: 18,
    marginBottom: 24,
    style: STYLE,
    x: { label: null, domain: [begin, begin + frame.seconds] },
    y: { label: null, domain: [0, Math.max(1, last.a, last.b) * 1.12] },
    marks: [
      Plot.gridX({ ...GRID, ticks }),
      Plot.axisX({ tickSize: 0, ticks, fill: "var(--ink3)", tickFormat: (t: number) => `${t}` }),
      Plot.axisY({ tickSize: 0, ticks: 3, fill: "var(--ink3)" }),
      Plot.areaY(tally, { x, y1: "a", y2: "b", curve: "step-after", fill: "var(--rule)" }),
      line("a"),
      line("b", "5 4"),
      Plot.ruleX([last], { x, y1: "a", y2: "b", stroke: "var(--ink)", strokeWidth: 1.25 }),
      Plot.ruleY([0], { stroke: "var(--ink2)", strokeWidth: 1.25 }),
      end("a", isBelow),
      end("b", !isBelow),
    ],
  });
}

/** Each answer at its time: a line for each server and run, full marks for A, empty ones for B. */
export function staffChart(
  Plot: Plot,
  given: readonly Given[],
  hosts: readonly string[],
  begin: number,
  frame: Frame,
): Chart {
  const perSecond = (frame.width - frame.left - frame.right) / frame.seconds;
  const marks = (run: Given["run"], fill: string) =>
    Plot.dot(
      given.filter((each) => each.run === run),
      {
        x: ({ at }: Given) => at / US,
        y: "run",
        fy: "host",
        symbol: "square",
        r: Math.min(4, perSecond / 5),
        fill,
        stroke: "var(--ink)",
        strokeWidth: 1.25,
      },
    );
  const lines = hosts.flatMap((host) => ["A", "B"].map((run) => ({ host, run })));
  return Plot.plot({
    width: frame.width,
    height: hosts.length * 46,
    marginLeft: frame.left,
    marginRight: frame.right,
    marginTop: 0,
    marginBottom: 0,
    style: STYLE,
    x: { axis: null, domain: [begin / US, begin / US + frame.seconds] },
    y: { label: null, domain: ["A", "B"], padding: 0.5 },
    fy: { axis: null, domain: [...hosts], padding: 0.16 },
    marks: [
      Plot.ruleY(lines, { y: "run", fy: "host", stroke: "var(--rule)" }),
      Plot.axisY({ tickSize: 0, fill: "var(--ink)", fontWeight: 600 }),
      hostAxis(Plot),
      marks("A", "var(--ink)"),
      marks("B", "var(--plate)"),
    ],
  });
}

function hostAxis(Plot: Plot) {
  return Plot.axisFy({
    anchor: "left",
    dx: -24,
    textAnchor: "end",
    label: null,
    fill: "var(--ink)",
    fontSize: 15,
  });
}

interface Bar {
  readonly group: string;
  readonly run: "A" | "B";
  readonly value: number;
}

/** What the clients waited in vain, for each run a bar. */
export function withoutChart(
  Plot: Plot,
  a: Figures,
  b: Figures,
  width: number,
  say: (us: number) => string,
): Chart {
  const bars: Bar[] = [
    { group: "", run: "A", value: a.withoutUs / US },
    { group: "", run: "B", value: b.withoutUs / US },
  ];
  return barChart(Plot, bars, width, 24, (seconds) => say(seconds * US));
}

/** Answers by server, for each run a bar. */
export function serversChart(Plot: Plot, a: Figures, b: Figures, width: number): Chart {
  const hosts = [...new Set([...a.servers.keys(), ...b.servers.keys()])];
  const bars = hosts.flatMap((group): Bar[] => [
    { group, run: "A", value: a.servers.get(group) ?? 0 },
    { group, run: "B", value: b.servers.get(group) ?? 0 },
  ]);
  return barChart(Plot, bars, width, 92, String);
}

function barChart(
  Plot: Plot,
  bars: readonly Bar[],
  width: number,
  left: number,
  say: (value: number) => string,
): Chart {
  const groups = new Set(bars.map(({ group }) => group));
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const common = { fy: "group", y: "run", x: "value" } as const;
  const own = (run: Bar["run"]): readonly Bar[] => bars.filter((bar) => bar.run === run);
  return Plot.plot({
    width,
    height: groups.size * 62 + 4,
    marginLeft: left,
    marginRight: 56,
    marginTop: 0,
    marginBottom: 4,
    style: STYLE,
    x: { axis: null, domain: [0, most] },
    y: { label: null, domain: ["A", "B"], padding: 0.3 },
    fy: { axis: null, padding: 0.14 },
    marks: [
      Plot.axisY({ tickSize: 0, fill: "var(--ink)", fontWeight: 600 }),
      hostAxis(Plot),
      Plot.barX(own("A"), { ...common, fill: "var(--ink)", stroke: "var(--ink)" }),
      Plot.barX(own("B"), { ...common, fill: "var(--plate)", stroke: "var(--ink)" }),
      Plot.ruleX([0], { stroke: "var(--ink2)", strokeWidth: 1.25 }),
      Plot.text(bars, {
        ...common,
        text: ({ value }: Bar) => say(value),
        textAnchor: "start",
        dx: 8,
        fontWeight: 600,
        fontSize: 15,
      }),
    ],
  });
}

/** Puts a chart in its place, in place of the one before. */
export function showIn(place: HTMLElement, chart: Chart, label: string): void {
  // One picture with one name: what Plot says of its parts would be read out in pieces.
  for (const part of chart.querySelectorAll("[aria-label], [aria-description]")) {
    part.removeAttribute("aria-label");
    part.removeAttribute("aria-description");
  }
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", label);
  place.replaceChildren(chart);
}
