// The clock of a figure: whatever the screen's pace, the simulator's time stays whole microseconds.
import fc from "fast-check";
import { expect, test } from "vitest";
import { libraryRun } from "./library.ts";
import { advancePlayer, createPlayer, scrub } from "./player.ts";

test("played, slowed and dragged, time is whole microseconds and goes forward", () => {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  process.stdout.write(`player seed ${seed}\n`);
  const moves = fc.array(
    fc.record({
      ms: fc.double({ min: 0.1, max: 90, noNaN: true }),
      speed: fc.constantFrom(1, 0.1, 0.01),
    }),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(moves, fc.double({ min: 0, max: 5e6, noNaN: true }), (steps, at) => {
      const timeline = libraryRun("article");
      const player = createPlayer(timeline, () => false);
      player.playing = true;
      for (const { ms, speed } of steps) {
        const before = timeline.now;
        player.speed = speed;
        advancePlayer(player, ms);
        expect(Number.isInteger(timeline.now)).toBe(true);
        expect(timeline.now).toBeGreaterThanOrEqual(before);
      }
      scrub(player, timeline.now + at);
      expect(Number.isInteger(timeline.now)).toBe(true);
    }),
    { seed, numRuns: 40 },
  );
});
