// Rows of the two time lines as elements: the machines left of the axis, the simulator right of it.
import type { Fold, Row } from "./chosen.ts";
import { fill, type FidelityWords } from "./words.ts";

const VIP = /(192\.168\.(?:88|1)\.100)\b/;
/** Rows of one host closer than this stand under one time. */
const GROUP_S = 0.05;

export function drawRows(
  place: HTMLElement,
  rows: readonly (Row | Fold)[],
  words: FidelityWords,
): void {
  const head = element(
    "div",
    { class: "sides", "aria-hidden": "true" },
    element("b", { class: "real" }, words.real),
    element("span", { class: "at" }, words.seconds),
    element("b", { class: "simulated" }, words.simulator),
  );
  const items: HTMLElement[] = [];
  let before: Row | undefined;
  for (const row of rows) {
    if ("folded" in row) {
      items.push(foldItem(row, words));
      before = undefined;
    } else {
      const isGrouped =
        before !== undefined && before.host === row.host && row.at - before.at < GROUP_S;
      items.push(rowItem(row, isGrouped, words));
      if (!isGrouped) before = row;
    }
  }
  place.replaceChildren(head, element("ol", { tabindex: "-1" }, ...items));
}

function foldItem({ folded }: Fold, words: FidelityWords): HTMLElement {
  return element("li", { class: "fold" }, fill(words.gap, { count: folded }));
}

function rowItem(row: Row, isGrouped: boolean, words: FidelityWords): HTMLElement {
  const item = element(
    "li",
    { class: `${row.mark} ${row.kind}${isGrouped ? " grouped" : ""}` },
    element("b", { class: "host" }, row.host),
    sideOf(row, "real", words),
    element("span", { class: "at" }, element("span", {}, row.at.toFixed(3))),
    sideOf(row, "simulated", words),
    element("span", { class: "late" }, lateText(row, words)),
  );
  if (row.fields !== undefined && row.fields.length > 0) item.append(fieldList(row, words));
  return item;
}

function fieldList({ fields = [] }: Row, words: FidelityWords): HTMLElement {
  const texts = fields.map(([name, real, simulated]) =>
    fill(words.fields, { name, real, simulated }),
  );
  return element("span", { class: "fields" }, texts.join("; "));
}

function sideOf(row: Row, side: "real" | "simulated", words: FidelityWords): HTMLElement {
  const isAbsent =
    side === "real" ? row.real === undefined : row.simulated === undefined && !isShared(row);
  if (isAbsent) return element("span", { class: `${side} absent` }, words.nothingHere);
  const text = (side === "real" ? row.real : (row.simulated ?? row.real)) ?? "";
  const name = element("span", { class: `side-name` }, nameOf(side, words));
  if (row.kind !== "output") return element("span", { class: side }, name, ...lettered(text));
  const odd = new Set(side === "real" ? row.oddReal : row.oddSimulated);
  const lines = text.split("\n").map((line, i) => {
    const parts = lettered(line === "" ? " " : line);
    return odd.has(i) ? element("mark", {}, ...parts) : element("span", {}, ...parts);
  });
  const command = element("span", { class: "command" }, `$ ${row.by ?? ""}`);
  return element("pre", { class: side, tabindex: "0" }, name, command, ...lines);
}

/** Whether what the machines did stands for both sides. */
function isShared({ mark, real, kind }: Row): boolean {
  return real !== undefined && (mark === "same" || (kind === "output" && mark !== "missing"));
}

function nameOf(side: "real" | "simulated", words: FidelityWords): string {
  return side === "real" ? words.real : words.simulator;
}

/** The floating address keeps its colour wherever it stands. */
function lettered(text: string): (string | HTMLElement)[] {
  return text
    .split(VIP)
    .map((part) => (VIP.test(part) ? element("span", { class: "vip" }, part) : part));
}

function lateText({ mark, late }: Row, words: FidelityWords): string {
  if (mark === "left-out") return words.notCompared;
  if (mark === "missing") return `≠ ${words.onlyReal}`;
  if (mark === "extra") return `≠ ${words.onlySimulated}`;
  const sign = late !== undefined && late > 0 ? "+" : "";
  const time = late === undefined ? "" : `${sign}${late.toFixed(1)} ms`.replace("-", "−");
  return mark === "differs" ? `≠ ${words.differs} ${time}` : time;
}

/** A new element with attributes and what stands in it. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>>,
  ...children: (string | Node)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
