// The one door of the simulator for pages and scenarios.
export { buildSimulation } from "./build.ts";
export type { Host, InterfaceAddress, Neighbour, Nic } from "./host/host.ts";
export type { Input } from "./kernel/input.ts";
export { worldFromJson, worldToJson } from "./kernel/snapshot.ts";
export {
  act,
  causesOf,
  createTimeline,
  planInputs,
  runSlice,
  runTo,
  type Timeline,
  type TimelineInput,
} from "./kernel/timeline.ts";
export type { Delivery, FrameRecord, Trace, TraceEntry } from "./kernel/trace.ts";
export type { World } from "./kernel/world.ts";
export { createMachine, type ProgramTable } from "./machine.ts";
