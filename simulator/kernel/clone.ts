// Copies of the world. A copy costs what can change, not what exists: frozen values (packets,
// syntax trees, log lines, file contents) are shared, the event heap holds immutable events and is
// copied as a list, and the connection table shares its buckets until one is written to.
import { cloneConnectionTable, isConnectionTable } from "../ipvs/connection-table.ts";
import { cloneQueue } from "./queue.ts";
import type { World } from "./world.ts";

export function cloneWorld(world: World): World {
  return {
    ...world,
    queue: cloneQueue(world.queue),
    hosts: cloneValue(world.hosts),
    switches: cloneValue(world.switches),
  };
}

function cloneValue<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return value.map(cloneValue) as T;
  if (value instanceof Map) return cloneMap(value) as T;
  if (isConnectionTable(value)) return cloneConnectionTable(value) as T;
  // Most fields are numbers and names: one copy takes them all, and few are looked at again.
  const copy = { ...value } as Record<string, unknown>;
  for (const key in copy) {
    const field = copy[key];
    if (typeof field === "object" && field !== null) copy[key] = cloneValue(field);
  }
  return copy as T;
}

function cloneMap(map: Map<unknown, unknown>): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>();
  for (const [key, value] of map) copy.set(key, cloneValue(value));
  return copy;
}
