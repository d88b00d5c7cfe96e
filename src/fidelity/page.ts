// The table of recordings, alive: filter, order, and the two time lines of a recording, fetched when
// it is opened. A recording's name after # opens it.
import { chosenRows, type Kind, type Row } from "./chosen.ts";
import { fill, type FidelityWords } from "./words.ts";
import { drawRows, element } from "./rows.ts";

interface Detail {
  readonly rows: readonly Row[];
  /** The largest distance of two agreeing log lines, in milliseconds. */
  readonly latest: number;
}

const KINDS: readonly Kind[] = ["frame", "line", "output"];

export function openFidelity(): void {
  const page = document.querySelector<HTMLElement>("[data-fidelity]");
  if (page === null) return;
  const words = JSON.parse(page.dataset["fidelity"] ?? "{}") as FidelityWords;
  const base = page.dataset["base"] ?? "";
  const all = [...page.querySelectorAll("details")];
  for (const recording of all) {
    recording.addEventListener("toggle", () => {
      if (recording.open && recording.dataset["asked"] === undefined) {
        void show(recording, base, words);
      }
    });
  }
  tools(page, all, words);
  const openNamed = (): void => {
    const name = decodeURIComponent(location.hash.slice(1));
    const named = all.find(({ id }) => id === name);
    if (named === undefined) return;
    named.hidden = false;
    named.open = true;
    named.scrollIntoView();
  };
  addEventListener("hashchange", openNamed);
  openNamed();
}

function tools(page: HTMLElement, all: HTMLDetailsElement[], words: FidelityWords): void {
  const form = page.querySelector<HTMLFormElement>("[data-tools]")!;
  const filter = form.querySelector<HTMLInputElement>("[data-filter]")!;
  const order = form.querySelector<HTMLSelectElement>("[data-order]")!;
  const found = form.querySelector<HTMLOutputElement>("[data-found]")!;
  const list = page.querySelector<HTMLElement>("[data-recordings]")!;
  const none = page.querySelector<HTMLElement>("[data-none]")!;
  const apply = (): void => {
    const asked = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const each of all) {
      const text = each.querySelector(".name")?.textContent?.toLowerCase() ?? "";
      each.hidden = !asked.every((word) => text.includes(word));
    }
    const count = all.filter((each) => !each.hidden).length;
    found.textContent = fill(words.found, { count, all: all.length });
    none.hidden = count > 0;
  };
  filter.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  order.addEventListener("change", () => {
    const least = ({ dataset }: HTMLElement): number => Number(dataset["least"]);
    const isByName = order.value === "name";
    list.append(...(isByName ? all : all.toSorted((a, b) => least(a) - least(b))));
  });
  form.hidden = false;
  apply();
}

async function show(
  recording: HTMLDetailsElement,
  base: string,
  words: FidelityWords,
): Promise<void> {
  recording.dataset["asked"] = "";
  const place = recording.querySelector<HTMLElement>("[data-detail]")!;
  place.replaceChildren(element("p", { role: "status" }, words.loading));
  const detail = await fetchDetail(`${base}${recording.id}.json`);
  if (detail === undefined) {
    delete recording.dataset["asked"];
    const again = element("button", { type: "button" }, words.retry);
    again.addEventListener("click", () => void show(recording, base, words));
    place.replaceChildren(element("p", { role: "alert" }, words.failed, " ", again));
    return;
  }
  draw(place, detail, words);
}

/** Nothing when the network or the server fails; the page then says so and offers to try again. */
async function fetchDetail(address: string): Promise<Detail | undefined> {
  const response = await fetch(address).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  return (await response.json().catch(() => undefined)) as Detail | undefined;
}

function draw(place: HTMLElement, { rows, latest }: Detail, words: FidelityWords): void {
  const kinds = new Set<Kind>(KINDS);
  let isAll = false;
  const list = element("div", { class: "timeline" });
  const more = element("button", { type: "button" }, "");
  const update = (): void => {
    const asked = rows.filter(({ kind }) => kinds.has(kind));
    const chosen = chosenRows(asked, isAll);
    drawRows(list, chosen, words);
    more.textContent = fill(words.showAll, { count: asked.length });
    more.hidden = chosen.every((row) => "at" in row);
  };
  more.addEventListener("click", () => {
    isAll = true;
    update();
    list.querySelector<HTMLElement>("ol")?.focus();
  });
  const names = [words.kindFrames, words.kindLines, words.kindOutputs];
  const present = KINDS.filter((kind) => rows.some((row) => row.kind === kind));
  const choices = present.map((kind) => {
    const box = element("input", { type: "checkbox" });
    box.checked = true;
    box.addEventListener("change", () => {
      if (box.checked) kinds.add(kind);
      else kinds.delete(kind);
      update();
    });
    return element("label", {}, box, names[KINDS.indexOf(kind)]!);
  });
  const legend = element("legend", {}, words.kinds);
  place.replaceChildren(
    element("div", { class: "about" }, summary(rows, latest, words)),
    element("fieldset", {}, legend, ...choices),
    list,
    more,
  );
  update();
}

function summary(rows: readonly Row[], latest: number, words: FidelityWords): string {
  const bad = rows.filter(({ mark }) => mark !== "same" && mark !== "left-out").length;
  const count = rows.length;
  const aside = rows.filter(({ mark }) => mark === "left-out").length;
  const agreement = bad === 0 ? fill(words.rows, { count }) : fill(words.rowsBad, { bad, count });
  const first = aside === 0 ? agreement : `${agreement} ${fill(words.rowsAside, { aside })}`;
  return rows.some(({ kind }) => kind === "line")
    ? `${first} ${fill(words.latest, { ms: latest })}`
    : first;
}
