// Where things stand on the map, computed from the cluster: directors above the switch, servers
// below it, clients at its left (on a phone below too). With two networks the directors stand
// between the two switches. Units are the drawing's own.
import type { ClusterView, HostView } from "./cluster.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Point = readonly [x: number, y: number];

/** A cable: from the edge of a host's box to its port at a switch. */
export interface Cable {
  readonly host: string;
  readonly nic: string;
  readonly network: string;
  readonly from: Point;
  readonly port: Point;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly hosts: ReadonlyMap<string, Box>;
  readonly bars: ReadonlyMap<string, Box>;
  readonly cables: readonly Cable[];
  /** Little room: only last octets, no signs. */
  readonly short: boolean;
  readonly flag: { readonly width: number; readonly height: number; readonly font: number };
  /** A large dial with the time that the backup still waits; else a small one at its box. */
  readonly dial?: { readonly x: number; readonly y: number; readonly radius: number };
  /** Where flags hang that nobody holds. */
  readonly adrift: Point;
  readonly font: { readonly name: number; readonly text: number };
}

interface Row {
  readonly hosts: readonly HostView[];
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly box: { readonly width: number; readonly height: number; readonly gap: number };
}

const BAR_HEIGHT = 26;
/** Room below boxes for a cable or a sentence. */
const CABLE_ROOM = 66;
/** Between two flags on one pole. */
export const FLAG_GAP = 4;

/** What a kind of drawing leaves room for. */
interface Measures {
  readonly width: number;
  readonly short: boolean;
  /** Lines of an ARP cache that are to hang under each box. */
  readonly tableRows: number;
  readonly margin: number;
  readonly flag: Layout["flag"];
  readonly font: Layout["font"];
  readonly box: Row["box"];
  readonly client: { readonly width: number; readonly height: number };
  /** Kept free right of the switch. */
  readonly right: number;
  readonly dial?: NonNullable<Layout["dial"]>;
}

/** The map of the instrument; `tableRows`: how many lines of an ARP cache hang under each box. */
export function layoutOf(
  cluster: ClusterView,
  width: number,
  short: boolean,
  tableRows = 0,
): Layout {
  return place(cluster, {
    width,
    short,
    tableRows,
    margin: short ? 14 : 16,
    flag: short ? { width: 140, height: 32, font: 17 } : { width: 184, height: 38, font: 21 },
    font: short ? { name: 15, text: 13 } : { name: 19, text: 16 },
    box: short ? { width: 112, height: 78, gap: 10 } : { width: 226, height: 98, gap: 22 },
    client: { width: 158, height: 86 },
    right: short ? 14 : 16,
  });
}

/** A figure across the whole page: sentences left above the client, the backup's dial at the right. */
export function plateLayout(cluster: ClusterView): Layout {
  return place(cluster, {
    width: 1248,
    short: false,
    tableRows: 0,
    margin: 28,
    flag: { width: 216, height: 44, font: 25 },
    font: { name: 21, text: 17 },
    box: { width: 252, height: 98, gap: 22 },
    client: { width: 222, height: 98 },
    right: 238,
    dial: { x: 1106, y: 122, radius: 84 },
  });
}

function place({ hosts, networks, vips }: ClusterView, measures: Measures): Layout {
  const { width, short, tableRows, margin, flag, font, box, client, right, dial } = measures;
  const clients = hosts.filter(({ role }) => role === "client");
  const nodes = hosts.filter(({ role }) => role === "node");
  const directors = hosts.filter(({ role }) => role === "director");
  const flagRoom = 20 + Math.max(1, vips.length) * (flag.height + FLAG_GAP);
  const isSplit = networks.length > 1;
  const besides = !short && !isSplit;
  const left = besides ? margin + client.width + 26 + (dial === undefined ? 0 : 42) : margin;
  const room = width - left - (isSplit ? margin : right);
  const tables = tableRows === 0 ? 0 : 18 + tableRows * 18;
  const placed = new Map<string, Box>();
  const bars = new Map<string, Box>();
  let y = flagRoom;

  const put = (row: Omit<Row, "box"> & { box?: Row["box"] }): number =>
    placeRow({ box, ...row }, placed);
  const bar = (network: string, x: number, at: number, wide: number): void =>
    void bars.set(network, { x, y: at, width: wide, height: BAR_HEIGHT });

  if (isSplit) {
    y = put({
      hosts: clients,
      x: margin,
      width: width - 2 * margin,
      y: short ? 10 : 14,
    });
    y += Math.max(short ? 26 : 34, tables + 8);
    bar(networks[0] ?? "", margin, y, width - 2 * margin);
    y += BAR_HEIGHT + flagRoom + 14;
    y = put({ hosts: directors, x: margin, width: width - 2 * margin, y });
  } else {
    y = put({ hosts: directors, x: left, width: room, y });
  }
  y += Math.max(CABLE_ROOM - (isSplit || short ? 20 : 0), tables + 12);
  const network = networks.at(-1) ?? "";
  bar(network, left, y, room);
  const barY = y;
  y += BAR_HEIGHT + CABLE_ROOM - (short ? 30 : 0);
  const below = besides || isSplit ? nodes : [...clients, ...nodes];
  y = put({ hosts: below, x: left, width: room, y });
  if (besides) y = Math.max(y, placeClients(clients, { x: margin, ...client }, barY, placed) + 24);
  return {
    width,
    height: y + Math.max(short && hosts.length < 9 ? 64 : 16, tables + 8),
    hosts: placed,
    bars,
    cables: cablesOf(hosts, placed, bars),
    short,
    flag,
    adrift: short
      ? [width / 2 - flag.width / 2, 8]
      : [left + room / 2 - flag.width / 2, dial === undefined ? 8 : 14],
    font,
    ...(dial !== undefined && { dial }),
  };
}

/** One below the other at the left, level with the switch; gives the lower end of the last. */
function placeClients(
  clients: readonly HostView[],
  { x, width, height }: Omit<Box, "y">,
  barY: number,
  placed: Map<string, Box>,
): number {
  const gap = 18;
  const needed = clients.length * (height + gap) - gap;
  let y = Math.max(58, barY + BAR_HEIGHT / 2 - needed / 2);
  for (const { name } of clients) {
    placed.set(name, { x, y, width, height });
    y += height + gap;
  }
  return y;
}

/** Puts a row's boxes, in as many lines as it takes; gives the lower end of the last. */
function placeRow(row: Row, placed: Map<string, Box>): number {
  const { hosts, x, width, box } = row;
  if (hosts.length === 0) return row.y;
  const perLine = Math.max(1, Math.floor((width + box.gap) / (Math.min(box.width, 132) + box.gap)));
  const lines = Math.ceil(hosts.length / perLine);
  const inLine = Math.ceil(hosts.length / lines);
  const pitch = width / inLine;
  const boxWidth = Math.min(box.width, pitch - box.gap);
  for (const [index, { name }] of hosts.entries()) {
    const line = Math.floor(index / inLine);
    const column = index % inLine;
    // A second line stands half a pitch aside: its cables pass between the boxes of the first.
    const aside = line % 2 === 1 ? box.gap + Math.min(boxWidth / 2, 20) : 0;
    placed.set(name, {
      x: x + column * pitch + (pitch - boxWidth) / 2 + aside,
      y: row.y + line * (box.height + 28),
      width: boxWidth,
      height: box.height,
    });
  }
  return row.y + lines * box.height + (lines - 1) * 28;
}

function cablesOf(
  hosts: readonly HostView[],
  placed: ReadonlyMap<string, Box>,
  bars: ReadonlyMap<string, Box>,
): Cable[] {
  return hosts.flatMap(({ name, nics }) =>
    nics.flatMap((nic) => {
      const box = placed.get(name);
      const bar = bars.get(nic.network);
      if (box === undefined || bar === undefined) return [];
      return [{ host: name, nic: nic.name, network: nic.network, ...ends(box, bar) }];
    }),
  );
}

/** Beside the bar a cable runs level, else straight up or down. */
function ends(box: Box, bar: Box): { from: Point; port: Point } {
  const middle = box.y + box.height / 2;
  if (box.x + box.width <= bar.x) {
    const level = Math.min(bar.y + bar.height - 5, Math.max(bar.y + 5, middle));
    return { from: [box.x + box.width, middle], port: [bar.x, level] };
  }
  const x = Math.min(bar.x + bar.width - 8, Math.max(bar.x + 8, box.x + box.width / 2));
  return box.y < bar.y
    ? { from: [x, box.y + box.height], port: [x, bar.y] }
    : { from: [x, box.y], port: [x, bar.y + bar.height] };
}

/** The way of a frame: from its sender's box over its port, inside the switch, to a receiver. */
export function wayOf(layout: Layout, network: string, from: string, to: string): Point[] {
  const find = (host: string): Cable | undefined =>
    layout.cables.find((each) => each.host === host && each.network === network);
  const [a, b] = [find(from), find(to)];
  const bar = layout.bars.get(network);
  if (a === undefined || b === undefined || bar === undefined) return [];
  const middle = bar.y + bar.height / 2;
  return [a.from, a.port, [a.port[0], middle], [b.port[0], middle], b.port, b.from];
}

/** The part of a polyline up to `share` of its length, and the point there. */
export function along(
  points: readonly Point[],
  share: number,
): { trail: string; x: number; y: number } {
  const lengths = points.slice(1).map((point, index) => distance(points[index] ?? point, point));
  let left = lengths.reduce((sum, length) => sum + length, 0) * share;
  const [first = [0, 0]] = points;
  let trail = `M${first[0]} ${first[1]}`;
  let [x, y] = first;
  for (const [index, length] of lengths.entries()) {
    const from = points[index] ?? first;
    const to = points[index + 1] ?? first;
    const part = length === 0 ? 1 : Math.min(1, left / length);
    x = from[0] + (to[0] - from[0]) * part;
    y = from[1] + (to[1] - from[1]) * part;
    trail += `L${x.toFixed(1)} ${y.toFixed(1)}`;
    left -= length;
    if (left <= 0) break;
  }
  return { trail, x, y };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b[0] - a[0], b[1] - a[1]);
}
