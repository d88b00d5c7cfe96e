// The one door of the simulator for pages and scenarios.
export type { Host, InterfaceAddress, Neighbour, Nic } from "./host/host.ts";
export type { Input } from "./kernel/input.ts";
export { run as runTimeline } from "./kernel/run.ts";
export type { Scenario } from "./scenario.ts";
export { masterDownUs, type VrrpInstance } from "./keepalived/instance.ts";
export { vrrpInstances } from "./keepalived/vrrp-process.ts";
export { checkedPools } from "./keepalived/checkers.ts";
export { lightPrograms } from "./programs/light.ts";
export { summarizeFrame, type FrameKind } from "./wire/frame-kind.ts";
export { worldFromJson, worldToJson } from "./kernel/snapshot.ts";
export {
  act,
  causesOf,
  createTimeline,
  equip,
  planInputs,
  replaceInputs,
  runSlice,
  runToEntry,
  runToFrame,
  runTo,
  type Timeline,
  type TimelineInput,
} from "./kernel/timeline.ts";
export type { Delivery, FrameRecord, Trace, TraceEntry } from "./kernel/trace.ts";
export type { World } from "./kernel/world.ts";
export { createMachine, type ProgramTable } from "./machine.ts";
