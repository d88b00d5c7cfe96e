// What `${name%pattern}`, `${name/a/b}`, `${name:1:2}` and `${name^^}` do to a value.
import { patternSource } from "./pattern.ts";

/** `#` and `##` take from the front, `%` and `%%` from the end; doubled takes the most. */
export function remove(value: string, operator: string, pattern: string): string {
  const longest = operator.length === 2;
  const lengths = Array.from({ length: value.length + 1 }, (_, i) => i);
  if (longest) lengths.reverse();
  const whole = new RegExp(`^${patternSource(pattern)}$`, "s");
  for (const length of lengths) {
    if (operator.startsWith("#") && whole.test(value.slice(0, length))) return value.slice(length);
    if (operator.startsWith("%") && whole.test(value.slice(value.length - length))) {
      return value.slice(0, value.length - length);
    }
  }
  return value;
}

export function replace(value: string, operator: string, pattern: string, by: string): string {
  if (pattern === "") return value;
  const source = patternSource(pattern);
  const anchored = operator === "/#" ? `^${source}` : operator === "/%" ? `${source}$` : source;
  return value.replace(new RegExp(anchored, operator === "//" ? "gs" : "s"), () => by);
}

export function slice(value: string, offset: number, length: number | undefined): string {
  const start = offset < 0 ? Math.max(0, value.length + offset) : offset;
  if (length === undefined) return value.slice(start);
  return length < 0 ? value.slice(start, length) : value.slice(start, start + length);
}

export function changeCase(value: string, operator: string): string {
  const all = operator.length === 2;
  const change = (text: string): string =>
    operator.startsWith("^") ? text.toUpperCase() : text.toLowerCase();
  return all ? change(value) : change(value.slice(0, 1)) + value.slice(1);
}
