// A scenario of the library as a page lists it.
import type { Input } from "#sim/index.ts";

export interface Hint {
  readonly text: string;
  /** What the hint would do. */
  readonly input: Input;
}

export interface Listed {
  readonly name: string;
  readonly mechanism: string;
  readonly title: string;
  readonly goal: string;
  readonly hints: readonly Hint[];
}
