// A chart in one sentence or two, for those who do not see it.
import { fill } from "../../../i18n/language.ts";
import { secondsText } from "../../instrument/cluster.ts";
import type { Outage } from "../../instrument/score.ts";
import { levelAt, type Outcome, type Share } from "./series.ts";
import type { Table } from "./tables.ts";
import type { ChartWords } from "./words.ts";

export function requestsSummary(shares: readonly Share[], now: number, words: ChartWords): string {
  const total = shares.reduce((sum, { count }) => sum + count, 0);
  const rows = shares.map(({ server, count, fair }) =>
    fill(words.summary.share, { server, count, total, fair: fair.toFixed(1) }),
  );
  return fill(words.summary.requests, { time: secondsText(now), rows: rows.join(" ") });
}

export function tablesSummary(
  tables: readonly Table[],
  director: string,
  now: number,
  words: ChartWords,
): string {
  const rows = tables.map(({ server, levels }) => {
    const counts = levelAt(levels, now);
    if (counts === undefined) return fill(words.summary.notListed, { server });
    return fill(words.summary.counts, { server, ...counts });
  });
  const time = secondsText(now);
  return fill(words.summary.connections, { time, director, rows: rows.join(" ") });
}

export function clientSummary(
  outcomes: readonly Outcome[],
  outages: readonly Outage[],
  now: number,
  words: ChartWords,
): string {
  const rows = outcomes.map(({ result, count }) => `${words.results[result]} ${count}`);
  const gaps = outages.map(({ from, to }) =>
    fill(words.summary.gap, { time: secondsText(to - from, 1), from: secondsText(from) }),
  );
  return fill(words.summary.client, {
    time: secondsText(now),
    rows: rows.join(words.between),
    gaps: gaps.length === 0 ? words.summary.noGap : gaps.join(" "),
  });
}
