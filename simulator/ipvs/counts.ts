// What the trace says of a server's connections: so many are active, so many inactive, from now on.
// Templates are not among them (I104, I113).
import type { Host } from "../host/host.ts";
import type { Sim } from "../kernel/sim.ts";
import type { Destination } from "./state.ts";

/** Both numbers as `ipvsadm -Ln` prints them; `opened` when a client's new connection came. */
export function recordCounts(
  host: Host,
  service: string,
  { address, port, active, inactive }: Destination,
  sim: Sim,
  opened = false,
): void {
  const server = `${address}:${port}`;
  sim.record(host, "ipvs.counts", { service, server, active, inactive, opened });
}
