// The same marks swept together: what share of the connections each server was given.
import { dot, rect, ruleY, text, tickX } from "@observablehq/plot";
import { columnsOf, finish, type Frame, INK, MARK_PITCH } from "./frame.ts";
import type { Share } from "./series.ts";
import { serverSign } from "./symbols.ts";

/** What each server has been given, swept together, with a tick where the weights would put it. */
export function drawShares(shares: readonly Share[], frame: Frame) {
  const most = Math.max(1, ...shares.flatMap(({ count, fair }) => [count, fair]));
  const length = lengthOf(most);
  const total = shares.reduce((sum, { count }) => sum + count, 0);
  const asMarks = columnsOf(frame) / length >= MARK_PITCH - 2;
  const rows = shares.map((each, place) => ({ ...each, place }));
  const swept = asMarks
    ? rows.map(({ server, count, place }) =>
        dot(
          Array.from({ length: count }, (_, index) => index + 0.5),
          {
            x: (at: number) => at,
            fy: () => server,
            frameAnchor: "middle",
            symbol: serverSign(place),
            r: 4.5,
            fill: INK,
            stroke: "none",
          },
        ),
      )
    : [
        rect(rows, {
          fy: "server",
          x1: () => 0,
          x2: "count",
          y1: () => 0.28,
          y2: () => 0.72,
          fill: INK,
        }),
      ];
  const percent = (count: number): string =>
    total === 0 ? "" : `${Math.round((100 * count) / total)} %`;
  const tick = { fy: "server", x: "fair", insetTop: 3, insetBottom: 3 } as const;
  const names = shares.map(({ server }) => server);
  return finish(
    { ...frame, domain: { from: 0, to: length } },
    names,
    [0, 1],
    [
      ruleY(names, { y: () => 0.5, fy: (name: string) => name, stroke: "var(--rule)" }),
      ...swept,
      // Light around the tick, so that it is seen on a bar.
      ...(asMarks ? [] : [tickX(rows, { ...tick, stroke: "var(--plate)", strokeWidth: 5 })]),
      tickX(rows, { ...tick, stroke: INK, strokeWidth: 1.75 }),
      text(rows, {
        fy: "server",
        frameAnchor: "right",
        dx: 8,
        textAnchor: "start",
        text: "count",
        fontSize: 15,
        className: "b",
      }),
      text(rows, {
        fy: "server",
        frameAnchor: "right",
        dx: frame.right - 1,
        textAnchor: "end",
        text: ({ count }: Share) => percent(count),
        fontSize: 14,
        className: "i2",
      }),
    ],
    false,
  );
}

/** 10, 20, 50, 100: the axis of the shares stands still for a while. */
function lengthOf(most: number): number {
  let length = 10;
  for (let step = 0; length < most; step++) length *= step % 3 === 1 ? 2.5 : 2;
  return length;
}
