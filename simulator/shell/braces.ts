// Brace expansion: `a{b,c}d` is `abd acd`, `{1..3}` is `1 2 3`. It comes before everything else
// and works on the text alone, so quotes and `${` are only skipped over.

export function expandBraces(text: string): string[] {
  for (let open = nextBrace(text, 0); open >= 0; open = nextBrace(text, open + 1)) {
    const close = matchingBrace(text, open);
    if (close < 0) continue;
    const choices = alternatives(text.slice(open + 1, close));
    if (choices === undefined) continue;
    const before = text.slice(0, open);
    const after = expandBraces(text.slice(close + 1));
    return choices.flatMap((choice) =>
      expandBraces(choice).flatMap((middle) => after.map((end) => before + middle + end)),
    );
  }
  return [text];
}

function nextBrace(text: string, from: number): number {
  for (let i = from; i < text.length; i = afterToken(text, i)) {
    if (text[i] === "{" && text[i - 1] !== "$") return i;
  }
  return -1;
}

function matchingBrace(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i = afterToken(text, i)) {
    if (text[i] === "{") depth++;
    if (text[i] === "}" && --depth === 0) return i;
  }
  return -1;
}

/** Where the character or quoted text that begins at `i` ends. */
function afterToken(text: string, i: number): number {
  const char = text[i];
  if (char === "\\") return i + 2;
  if (char !== "'" && char !== '"') return i + 1;
  for (let j = i + 1; j < text.length; j++) {
    if (text[j] === "\\" && char === '"') j++;
    else if (text[j] === char) return j + 1;
  }
  return text.length;
}

/** What stands between the braces: a list or a range; undefined when it is neither. */
function alternatives(inner: string): string[] | undefined {
  const list: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < inner.length; i = afterToken(inner, i)) {
    if (inner[i] === "{") depth++;
    if (inner[i] === "}") depth--;
    if (inner[i] !== "," || depth !== 0) continue;
    list.push(inner.slice(start, i));
    start = i + 1;
  }
  if (list.length > 0) return [...list, inner.slice(start)];
  return numbers(inner) ?? letters(inner);
}

/** More than this many values are not expanded: a typing error must not fill the memory. */
const MOST = 100_000;

function numbers(inner: string): string[] | undefined {
  const match = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/.exec(inner);
  if (match === null) return undefined;
  const [, from = "", to = "", by = "1"] = match;
  const isPadded = [from, to].some((end) => /^-?0\d/.test(end));
  const width = isPadded ? Math.max(from.length, to.length) : 0;
  return range(Number(from), Number(to), Number(by))?.map((value) => {
    const digits = String(Math.abs(value)).padStart(value < 0 ? width - 1 : width, "0");
    return value < 0 ? `-${digits}` : digits;
  });
}

function letters(inner: string): string[] | undefined {
  const match = /^([a-zA-Z])\.\.([a-zA-Z])(?:\.\.(-?\d+))?$/.exec(inner);
  if (match === null) return undefined;
  const [, from = "", to = "", by = "1"] = match;
  const codes = range(from.charCodeAt(0), to.charCodeAt(0), Number(by));
  return codes?.map((code) => String.fromCharCode(code));
}

function range(from: number, to: number, by: number): number[] | undefined {
  const step = Math.abs(by) || 1;
  const count = Math.floor(Math.abs(to - from) / step) + 1;
  if (count > MOST) return undefined;
  return Array.from({ length: count }, (_, i) => (to >= from ? from + i * step : from - i * step));
}
