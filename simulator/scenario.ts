// The scenario format: what a run starts from, and what a recording adds to it. This file is the
// door; the parts are in scenario/.
export { expandScenario, macOf } from "./scenario/expand.ts";
export type { ExpandedHost, ExpandedScenario } from "./scenario/expand.ts";
export { describeError, readRecording, readScenario } from "./scenario/read.ts";
export type {
  CapturedFrame,
  OperationStep,
  RecordedLine,
  RecordedStep,
  Recording,
  RunStep,
  Scenario,
  Step,
  StepResult,
} from "./scenario/types.ts";
