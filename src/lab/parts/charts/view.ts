// What one view of the charts shows: a picture with its words, or a sentence in its place.
import { fill } from "../../../i18n/language.ts";
import type { ClusterView } from "../../instrument/cluster.ts";
import { outagesOf, type Score } from "../../instrument/score.ts";
import type { Charts } from "./charts.ts";
import { clientCsv, connectionsCsv, requestsCsv } from "./csv.ts";
import { type Frame, INK } from "./frame.ts";
import {
  actingOf,
  addressOf,
  type Domain,
  domainOf,
  levelsOf,
  outcomesOf,
  type Result,
  sharesOf,
} from "./series.ts";
import { drawShares } from "./shares.ts";
import { barsOf, drawStaff, type Row } from "./staff.ts";
import { clientSummary, requestsSummary, tablesSummary } from "./summary.ts";
import { serverSign, TICK } from "./symbols.ts";
import { drawTables, mostOf, type Table } from "./tables.ts";
import type { ChartWords } from "./words.ts";

export const views = ["requests", "connections", "client"] as const;
export type View = (typeof views)[number];

type Picture = ReturnType<typeof drawStaff>;

export interface Drawing {
  readonly frame: Frame;
  readonly timeline: Picture;
  readonly caption: string;
  readonly aside: Aside | undefined;
}
/** Beside the picture; drawn on its own, so that neither holds the page up for long. */
interface Aside {
  readonly draw: () => Picture;
  readonly caption: string;
  readonly width: number;
}
export type Drawn = Drawing | { readonly sentence: string };
type Whole = Pick<Frame, "domain" | "now" | "known" | "width">;

/** What is drawn of a session. */
export interface Subject {
  readonly now: number;
  readonly end: number;
  readonly start: { readonly now: number };
  readonly cluster: ClusterView;
  readonly score: Score;
}

const NARROW = 420;

export function drawView(
  view: View,
  subject: Subject,
  charts: Charts,
  words: ChartWords,
  width: number,
): Drawn {
  const { now, end, start } = subject;
  const known = Math.max(now, end);
  const domain = domainOf(start.now, known);
  const draw = { requests, connections, client }[view];
  return draw({ domain, now, known, width }, subject, charts, words);
}

type Sides = Pick<Frame, "left" | "right" | "top"> & { readonly width?: number };

/** A small picture that nobody sees: what is slow the first time is over before the real one. */
export function rehearse(): void {
  const whole = { domain: domainOf(0, 0), now: 0, known: 0, width: 400 };
  const mark = { at: 0, known: 0 };
  const row = { marks: [mark], symbol: TICK, color: INK, isLine: true, count: "" };
  drawStaff([{ ...row, name: "" }], undefined, framed(whole, 20, { left: 80, right: 40, top: 0 }));
}

/** On a phone there is room below, and rows are touched. */
function framed(whole: Whole, height: number, sides: Sides): Frame {
  return { ...whole, ...sides, height: height * (whole.width < NARROW ? 1.5 : 1) };
}

function stepText({ from, to }: Domain, words: ChartWords): string {
  return fill(words.seconds, { n: Number(((to - from) / 1_000_000).toFixed(1)) });
}

function captionOf(
  view: "requests" | "client",
  rows: readonly Row[],
  frame: Frame,
  words: ChartWords,
): string {
  const bars = barsOf(rows, frame);
  if (bars === undefined) return words.marks[view];
  const step = stepText({ from: 0, to: bars.step }, words);
  return fill(words.bars[view], { step, most: bars.most });
}

/** Room for the longest name beside its mark. */
function leftOf(names: readonly string[]): number {
  return Math.min(130, 34 + 7.2 * Math.max(6, ...names.map((name) => name.length)));
}

function requests(whole: Whole, { now, score }: Subject, charts: Charts, words: ChartWords): Drawn {
  if (charts.picks.length === 0) {
    const n = score.asks.filter(({ result }) => result === "answered").length;
    return { sentence: n > 0 ? fill(words.aside, { n }) : words.none.requests };
  }
  const shares = sharesOf(charts, now);
  const aside = whole.width < NARROW ? 132 : 166;
  const left = leftOf(charts.servers);
  const width = whole.width - aside;
  const frame = framed(whole, 32, { left, right: 14, top: 2, width });
  const rows = shares.map(({ server, marks }, place): Row => {
    return { name: server, marks, symbol: serverSign(place), color: INK, isLine: false, count: "" };
  });
  const timeline = drawStaff(rows, undefined, frame);
  timeline.setAttribute("aria-label", requestsSummary(shares, now, words));
  const draw = (): Picture => {
    const picture = drawShares(shares, { ...frame, width: aside, left: 6, right: 66 });
    picture.setAttribute("aria-label", words.shares);
    return picture;
  };
  const caption = captionOf("requests", rows, frame, words);
  return { frame, timeline, caption, aside: { draw, caption: words.swept, width: aside - 6 } };
}

function tablesOf({ now, end, cluster, score }: Subject, charts: Charts): Table[] {
  const known = Math.max(now, end);
  return charts.servers.map((server) => ({
    server,
    levels: levelsOf(charts, server, (service) => actingFor(service, cluster, score), known),
  }));
}

function actingFor(service: string | undefined, { hosts }: ClusterView, { holders }: Score) {
  const directors = hosts.filter(({ role }) => role === "director").map(({ name }) => name);
  return actingOf(holders, directors, service === undefined ? undefined : addressOf(service));
}

function connections(whole: Whole, subject: Subject, charts: Charts, words: ChartWords): Drawn {
  const tables = tablesOf(subject, charts);
  const isEmpty = tables.every(({ levels }) =>
    levels.every(({ counts }) => counts === undefined || counts.active + counts.inactive === 0),
  );
  if (isEmpty) return { sentence: words.none.connections };
  const { cluster, score, now } = subject;
  const services = [...new Set([...charts.counts.values()].map(({ service }) => service))];
  // With several services each has its own director: no one name stands over the lines.
  const addresses = new Set(services.map(addressOf));
  const acting = addresses.size === 1 ? actingFor(services[0], cluster, score) : [];
  const frame = framed(whole, 36, { left: leftOf(charts.servers), right: 92, top: 20 });
  const timeline = drawTables(
    tables,
    acting,
    {
      active: (n) => fill(words.active, { n }),
      inactive: (n) => fill(words.inactive, { n }),
      notListed: words.notListed,
    },
    frame,
  );
  const director = cluster.hosts.find(({ role, holds }) => role === "director" && holds.length > 0);
  const name = director?.name ?? words.nobody;
  timeline.setAttribute("aria-label", tablesSummary(tables, name, now, words));
  return { frame, timeline, caption: fill(words.tables, mostOf(tables)), aside: undefined };
}

const SIGNS = {
  answered: { symbol: TICK, color: "var(--rep)" },
  "timed-out": { symbol: "circle", color: INK },
  refused: { symbol: "times", color: INK },
} as const satisfies Record<Result, Pick<Row, "symbol" | "color">>;

function client(whole: Whole, { now, score }: Subject, _: Charts, words: ChartWords): Drawn {
  if (score.asks.length === 0) return { sentence: words.none.client };
  const outcomes = outcomesOf(score.asks, now);
  const outages = outagesOf(score.asks, now);
  const rows = outcomes.map(({ result, marks, count }): Row => {
    const { symbol, color } = SIGNS[result];
    return {
      name: words.results[result],
      marks,
      symbol,
      color,
      isLine: true,
      count: String(count),
    };
  });
  const frame = framed(whole, 22, { left: leftOf([]) + 20, right: 44, top: 2 });
  const timeline = drawStaff(rows, { outages, label: words.gap }, frame);
  timeline.setAttribute("aria-label", clientSummary(outcomes, outages, now, words));
  return { frame, timeline, caption: captionOf("client", rows, frame, words), aside: undefined };
}

/** What is drawn, as text to be copied. */
export function textOf(view: View, subject: Subject, charts: Charts): string {
  if (view === "requests") return requestsCsv(charts);
  if (view === "client") return clientCsv(subject.score.asks);
  const tables = tablesOf(subject, charts).map(({ server, levels }) => [server, levels] as const);
  return connectionsCsv(new Map(tables));
}
