// The editor: CodeMirror with keepalived's keywords, its words under the lines they are about, and
// marks beside lines that were changed. Loaded when its tab is opened.
import { autocompletion, type CompletionContext, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { StreamLanguage, syntaxHighlighting, HighlightStyle } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import {
  Compartment,
  EditorState,
  type Extension,
  RangeSet,
  StateEffect,
  StateField,
} from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  gutter,
  GutterMarker,
  hoverTooltip,
  keymap,
  lineNumbers,
  WidgetType,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type Diagnostic, KEYWORDS, type Keyword, noteOn } from "#sim/opinionated.ts";
import { placeAt } from "./context.ts";
import { diffLines } from "./diff.ts";

export interface Help {
  /** What is said of a keyword, a line each. */
  readonly of: (path: readonly string[], keyword: string, text: string) => readonly string[];
}

export interface EditorHooks {
  readonly label: string;
  readonly onchange: (text: string) => void;
  readonly help: Help;
}

export interface ConfigEditor {
  readonly view: EditorView;
  /** Another file, or this one as it has become elsewhere. */
  show(text: string, saved: string): void;
  tell(diagnostics: readonly Diagnostic[], vips: readonly string[]): void;
}

function keywordsAt(path: readonly string[]): Readonly<Record<string, Keyword>> {
  return path.reduce<Readonly<Record<string, Keyword>>>(
    (at, name) => (Object.hasOwn(at, name) ? (at[name]?.keywords ?? {}) : {}),
    KEYWORDS,
  );
}

const language = StreamLanguage.define<{ isFirst: boolean }>({
  name: "keepalived",
  startState: () => ({ isFirst: true }),
  token(stream, state) {
    if (stream.sol()) state.isFirst = true;
    if (stream.eatSpace()) return null;
    if (stream.match(/^[#!].*/)) return "comment";
    if (stream.match(/^"[^"]*"?/)) return "string";
    if (stream.match(/^[{}]/)) return "brace";
    stream.match(/^[^\s{}]+/);
    const isFirst = state.isFirst;
    state.isFirst = false;
    return isFirst ? "keyword" : null;
  },
});

const style = HighlightStyle.define([
  { tag: tags.comment, color: "var(--ink3)" },
  { tag: tags.keyword, color: "var(--ink)" },
  { tag: tags.string, color: "var(--ink2)" },
  { tag: tags.brace, color: "var(--ink3)" },
]);

function completions(context: CompletionContext) {
  const { path, isKeyword, word, from } = placeAt(context.state.doc.toString(), context.pos);
  if (!isKeyword || (word === "" && !context.explicit)) return null;
  const options = Object.keys(keywordsAt(path)).map((label) => ({
    label,
    detail: noteOn([...path, label]).args ?? "",
    type: "keyword",
  }));
  return { from, options, validFor: /^\w*$/ };
}

/** keepalived's words, under the line they are about. */
class Said extends WidgetType {
  private readonly texts: readonly string[];
  constructor(texts: readonly string[]) {
    super();
    this.texts = texts;
  }
  override eq(other: Said): boolean {
    return other.texts.join("\n") === this.texts.join("\n");
  }
  override toDOM(): HTMLElement {
    const box = document.createElement("div");
    box.className = "cm-said";
    box.setAttribute("role", "note");
    for (const text of this.texts) {
      const line = document.createElement("div");
      line.textContent = text;
      box.append(line);
    }
    return box;
  }
}

class Sign extends GutterMarker {
  private readonly sign: string;
  constructor(sign: string) {
    super();
    this.sign = sign;
  }
  override eq(other: Sign): boolean {
    return other.sign === this.sign;
  }
  override toDOM(): Node {
    return document.createTextNode(this.sign);
  }
}
const COMPLAINT = new Sign("!");
const EDITED = new Sign("~");

interface Told {
  readonly diagnostics: readonly Diagnostic[];
  readonly vips: readonly string[];
}
const tell = StateEffect.define<Told>();
const told = StateField.define<Told>({
  create: () => ({ diagnostics: [], vips: [] }),
  update: (value, { effects }) =>
    effects.reduce((old, each) => (each.is(tell) ? each.value : old), value),
});
const save = StateEffect.define<string>();
const saved = StateField.define<string>({
  create: () => "",
  update: (value, { effects }) =>
    effects.reduce((old, each) => (each.is(save) ? each.value : old), value),
});

/** What is said, by line; what has no line stands at the last. */
function linesOf(state: EditorState): Map<number, string[]> {
  const lines = new Map<number, string[]>();
  for (const { line, text } of state.field(told).diagnostics) {
    const at = Math.min(line ?? state.doc.lines, state.doc.lines);
    lines.set(at, [...(lines.get(at) ?? []), text]);
  }
  return lines;
}

const decorations = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (_, { state }) => {
    const { diagnostics, vips } = state.field(told);
    const { length } = state.doc;
    const marks = diagnostics.flatMap(({ from, to }) =>
      from === undefined || to === undefined || to > length || from >= to
        ? []
        : [Decoration.mark({ class: "cm-wavy" }).range(from, to)],
    );
    const text = state.doc.toString();
    const addresses = vips.flatMap((vip) =>
      [...text.matchAll(new RegExp(`(?<![\\d.])${vip.replaceAll(".", "\\.")}(?![\\d.])`, "g"))].map(
        ({ index }) => Decoration.mark({ class: "cm-vip" }).range(index, index + vip.length),
      ),
    );
    const notes = [...linesOf(state)].map(([line, texts]) =>
      Decoration.widget({ widget: new Said(texts), block: true, side: 1 }).range(
        state.doc.line(line).to,
      ),
    );
    return Decoration.set([...marks, ...addresses, ...notes], true);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const signs = StateField.define<RangeSet<GutterMarker>>({
  create: () => RangeSet.empty,
  update: (_, { state }) => {
    const edited = diffLines(state.field(saved), state.doc.toString()).flatMap(({ kind, line }) =>
      kind === "new" ? [line] : [],
    );
    const complaints = new Set(linesOf(state).keys());
    const lines = [...new Set([...edited, ...complaints])].sort((a, b) => a - b);
    return RangeSet.of(
      lines
        .filter((line) => line <= state.doc.lines)
        .map((line) =>
          (complaints.has(line) ? COMPLAINT : EDITED).range(state.doc.line(line).from),
        ),
    );
  },
});

function help({ of }: Help): Extension {
  return hoverTooltip((view, pos) => {
    const text = view.state.doc.toString();
    const word = view.state.wordAt(pos);
    if (word === null) return null;
    const { path, isKeyword } = placeAt(text, word.from);
    const keyword = text.slice(word.from, word.to);
    const lines = isKeyword ? of(path, keyword, text) : [];
    if (lines.length === 0) return null;
    return {
      pos: word.from,
      end: word.to,
      above: true,
      create: () => {
        const dom = document.createElement("div");
        dom.className = "cm-help";
        for (const line of lines) {
          dom.append(Object.assign(document.createElement("p"), { textContent: line }));
        }
        return { dom };
      },
    };
  });
}

export function createEditor(parent: HTMLElement, hooks: EditorHooks): ConfigEditor {
  let isShowing = false;
  const labelled = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        saved,
        told,
        decorations,
        signs,
        gutter({ class: "cm-signs", markers: ({ state }) => state.field(signs) }),
        lineNumbers(),
        history(),
        language,
        syntaxHighlighting(style),
        autocompletion({ override: [completions], icons: false }),
        highlightSelectionMatches(),
        help(hooks.help),
        keymap.of([
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...searchKeymap,
          indentWithTab,
        ]),
        labelled.of(EditorView.contentAttributes.of({ "aria-label": hooks.label })),
        // Said openly: the text is reached by Tab, and with it what scrolls around it.
        EditorView.contentAttributes.of({ tabindex: "0" }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged && !isShowing) hooks.onchange(state.doc.toString());
        }),
      ],
    }),
  });
  return {
    view,
    show(text, before) {
      const now = view.state.doc.toString();
      isShowing = true;
      view.dispatch({
        ...(now === text ? {} : { changes: { from: 0, to: now.length, insert: text } }),
        effects: save.of(before),
      });
      isShowing = false;
    },
    tell(diagnostics, vips) {
      view.dispatch({ effects: tell.of({ diagnostics, vips }) });
    },
  };
}
