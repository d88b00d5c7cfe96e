// The kernel's counters, by the names that `nstat` prints.
import type { Host } from "./host.ts";

export function count(host: Host, name: string): void {
  host.counters.set(name, (host.counters.get(name) ?? 0) + 1);
}
