// Where things stand on the map, for a wide plate and for a phone. Units are the drawing's own.

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Geometry {
  readonly width: number;
  readonly height: number;
  readonly hosts: Readonly<Record<string, Box>>;
  readonly bar: Box;
  /** Where each host's cable meets the switch. */
  readonly ports: Readonly<Record<string, { readonly x: number; readonly y: number }>>;
  readonly dial: { readonly x: number; readonly y: number; readonly radius: number };
  readonly flag: { readonly width: number; readonly height: number; readonly font: number };
  /** Where the flag hangs when nobody holds the address. */
  readonly adrift: { readonly x: number; readonly y: number };
  readonly font: { readonly name: number; readonly text: number };
  readonly short: boolean;
}

export const WIDE: Geometry = {
  width: 1248,
  height: 436,
  hosts: {
    keepalived: { x: 348, y: 82, width: 252, height: 98 },
    "keepalived-backup": { x: 682, y: 82, width: 252, height: 98 },
    "node-1": { x: 348, y: 334, width: 252, height: 84 },
    "node-2": { x: 682, y: 334, width: 252, height: 84 },
    client: { x: 28, y: 226, width: 222, height: 98 },
  },
  bar: { x: 318, y: 262, width: 692, height: 26 },
  ports: {
    keepalived: { x: 474, y: 262 },
    "keepalived-backup": { x: 808, y: 262 },
    "node-1": { x: 474, y: 288 },
    "node-2": { x: 808, y: 288 },
    client: { x: 318, y: 275 },
  },
  dial: { x: 1106, y: 122, radius: 84 },
  flag: { width: 216, height: 44, font: 25 },
  adrift: { x: 537, y: 14 },
  font: { name: 21, text: 17 },
  short: false,
};

export const NARROW: Geometry = {
  width: 390,
  height: 470,
  hosts: {
    keepalived: { x: 14, y: 92, width: 172, height: 84 },
    "keepalived-backup": { x: 204, y: 92, width: 172, height: 84 },
    "node-1": { x: 136, y: 312, width: 112, height: 70 },
    "node-2": { x: 264, y: 312, width: 112, height: 70 },
    client: { x: 14, y: 312, width: 108, height: 70 },
  },
  bar: { x: 14, y: 240, width: 362, height: 24 },
  ports: {
    keepalived: { x: 100, y: 240 },
    "keepalived-backup": { x: 290, y: 240 },
    "node-1": { x: 192, y: 264 },
    "node-2": { x: 320, y: 264 },
    client: { x: 68, y: 264 },
  },
  dial: { x: 318, y: 44, radius: 40 },
  flag: { width: 150, height: 34, font: 18 },
  adrift: { x: 112, y: 12 },
  font: { name: 16, text: 14 },
  short: true,
};

/** The way of a frame: from its sender's box over its port to the switch, and on to a receiver. */
export function pathBetween(map: Geometry, from: string, to: string): [number, number][] {
  const start = edge(map, from);
  const end = edge(map, to);
  const a = map.ports[from];
  const b = map.ports[to];
  if (start === undefined || end === undefined || a === undefined || b === undefined) return [];
  const middle = map.bar.y + map.bar.height / 2;
  return [start, [a.x, middle], [b.x, middle], end];
}

/** Where a host's cable leaves its box. */
export function edge(map: Geometry, name: string): [number, number] | undefined {
  const box = map.hosts[name];
  const port = map.ports[name];
  if (box === undefined || port === undefined) return undefined;
  if (port.x < box.x || port.x > box.x + box.width) {
    return [box.x < port.x ? box.x + box.width : box.x, port.y];
  }
  return [port.x, box.y < map.bar.y ? box.y + box.height : box.y];
}

/** The part of a polyline up to `share` of its length, and the point there. */
export function along(
  points: readonly (readonly [number, number])[],
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

function distance(a: readonly [number, number], b: readonly [number, number]): number {
  return Math.hypot(b[0] - a[0], b[1] - a[1]);
}
