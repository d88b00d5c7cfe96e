// The charts as text: comma-separated, one line a change, times in seconds.
import type { Ask } from "../../instrument/score.ts";
import type { Charts } from "./charts.ts";
import type { Level } from "./series.ts";

type Cell = string | number;

const seconds = (us: number): string => (us / 1_000_000).toFixed(6);

/** RFC 4180: quoted where it holds a comma, a quote or a line's end. */
export function toCsv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cell = (value: Cell): string => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

/** Each connection, and what share of it the weights would have given to each server. */
export function requestsCsv({ servers, picks }: Charts): string {
  const rows = picks.map(({ at, director, server, fair }) => {
    const shares = servers.map((each) => (fair.get(each) ?? 0).toFixed(4));
    return [seconds(at), director, server, ...shares];
  });
  return toCsv(["time", "director", "server", ...servers.map((each) => `fair ${each}`)], rows);
}

export function connectionsCsv(levels: ReadonlyMap<string, readonly Level[]>): string {
  const rows = [...levels].flatMap(([server, list]) =>
    list.map(({ at, counts }) => ({ at, server, counts })),
  );
  rows.sort((a, b) => a.at - b.at);
  return toCsv(
    ["time", "server", "active", "inactive"],
    rows.map(({ at, server, counts }) => {
      return [seconds(at), server, counts?.active ?? "", counts?.inactive ?? ""];
    }),
  );
}

export function clientCsv(asks: readonly Ask[]): string {
  return toCsv(
    ["asked", "client", "result", "known", "server"],
    asks.map(({ at, client, result, until, server }) => {
      return [seconds(at), client, result, result === "open" ? "" : seconds(until), server];
    }),
  );
}
