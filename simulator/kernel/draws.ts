// Draws: moments that chance decided on a real machine, handed to the simulator by the scenario
// and used in order of need. Without one the seeded generator decides.
import type { Draw, World } from "./world.ts";

/** Takes the next draw of this kind for this host and thing, in microseconds. */
export function takeDraw(world: World, host: string, what: string, of: string): number | undefined {
  const isWanted = (draw: Draw): boolean =>
    draw.host === host && draw.what === what && draw.of === of;
  const found = world.draws.find(isWanted);
  if (found === undefined) return undefined;
  world.draws = Object.freeze(world.draws.filter((draw) => draw !== found));
  return Math.round(found.seconds * 1_000_000);
}
