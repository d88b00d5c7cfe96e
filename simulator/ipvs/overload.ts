// When a real server has enough connections (I65).
import type { Destination } from "./state.ts";

/** Set at the upper threshold, cleared below the lower one, or below ¾ of the upper (I65). */
export function updateOverload(destination: Destination): void {
  const { upperThreshold: upper, lowerThreshold: lower } = destination;
  const total = destination.active + destination.inactive;
  if (upper === 0) destination.overloaded = false;
  else if (total >= upper) destination.overloaded = true;
  else if (total < (lower > 0 ? lower : upper - Math.floor(upper / 4))) {
    destination.overloaded = false;
  }
}
