// The parts of the instrument that are loaded when they are opened. Each is a component with the
// session and the language, brings its own words, and can be used in a chapter by itself.
import type { Component } from "svelte";
import type { Language } from "../../i18n/language.ts";
import type { LabSession } from "./session.svelte.ts";

export interface PartProps extends Record<string, unknown> {
  session: LabSession;
  language: Language;
}
type Part = () => Promise<{ default: Component<PartProps> }>;

/** Controls at the left, one open at a time. */
export const controls = {
  switches: () => import("../parts/controls/Switches.svelte"),
  traffic: () => import("../parts/controls/Traffic.svelte"),
  faults: () => import("../parts/controls/Faults.svelte"),
} satisfies Record<string, Part>;

/** What is looked at closely, at the right above. */
export const closely = {
  packet: () => import("../parts/packet/PacketPanel.svelte"),
  tables: () => import("../parts/tables/Tables.svelte"),
} satisfies Record<string, Part>;

/** Tabs at the right below. */
export const tabs = {
  terminal: () => import("../parts/terminal/Terminal.svelte"),
  config: () => import("../parts/config/ConfigEditor.svelte"),
  log: () => import("../parts/terminal/LogView.svelte"),
  frames: () => import("../parts/frames/FrameList.svelte"),
  charts: () => import("../parts/charts/Charts.svelte"),
} satisfies Record<string, Part>;

/** In the line above the three answers. */
export const menus = {
  library: () => import("../parts/library/LibraryMenu.svelte"),
  compare: () => import("../parts/compare/CompareMenu.svelte"),
  share: () => import("../parts/share/ShareMenu.svelte"),
} satisfies Record<string, Part>;

/** What a chapter may put under its figure. */
export type PartName = keyof typeof controls | keyof typeof closely | keyof typeof tabs;
