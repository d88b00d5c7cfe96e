// Marks by which servers and results are told apart where colour says nothing: ■ ◩ □ and on, and
// the score's tick, ring and cross.

/** What draws on a path: a canvas, or Plot's svg path. */
type Path = Pick<CanvasRenderingContext2D, "moveTo" | "lineTo" | "closePath">;

/** A symbol as Plot takes it; `size` is its area in square pixels. */
export interface Sign {
  readonly draw: (path: Path, size: number) => void;
}

type Corner = readonly [x: number, y: number];

/** Half the side of a square that covers what a dot of this area covers. */
const half = (size: number): number => Math.sqrt(size) / 2;

function polygon(path: Path, corners: readonly Corner[], scale: number): void {
  for (const [index, [x, y]] of corners.entries()) {
    if (index === 0) path.moveTo(x * scale, y * scale);
    else path.lineTo(x * scale, y * scale);
  }
  path.closePath();
}

const SQUARE: readonly Corner[] = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
];
/** The other way round, so that it is a hole. */
const HOLE = SQUARE.map(([x, y]): Corner => [y * 0.72, x * 0.72]);
const CORE = SQUARE.map(([x, y]): Corner => [x * 0.36, y * 0.36]);

function square(...parts: readonly (readonly Corner[])[]): Sign {
  return {
    draw(path, size) {
      for (const part of [SQUARE, ...parts]) polygon(path, part, half(size));
    },
  };
}

const triangle = (...corners: readonly Corner[]): Corner[] =>
  corners.map(([x, y]) => [x * 0.8, y * 0.8]);

/** By place: the first server's is full, the second's half, the third's empty. */
const SERVERS: readonly Sign[] = [
  square(),
  square(HOLE, triangle([-1, -1], [1, 1], [-1, 1])),
  square(HOLE),
  square(HOLE, CORE),
  square(HOLE, triangle([-1, -1], [1, -1], [1, 1])),
  square(HOLE, triangle([-1, 0], [1, 0], [1, 1], [-1, 1])),
];

export function serverSign(place: number): Sign {
  const found = SERVERS[place % SERVERS.length];
  if (found === undefined) throw new Error("no symbol");
  return found;
}

/** A tick, drawn with a stroke. */
export const TICK: Sign = {
  draw(path, size) {
    const scale = half(size) / 5;
    path.moveTo(-5 * scale, 0);
    path.lineTo(-1.5 * scale, 5 * scale);
    path.lineTo(5 * scale, -6 * scale);
  },
};
