// awk's own functions that only look at their arguments, and printf's formats.
import { type AwkValue, formatGeneral, numberOf, textOf } from "./awk-values.ts";

type AwkFunction = (args: readonly AwkValue[], world: { readonly now: number }) => AwkValue;

const FUNCTIONS: Readonly<Record<string, AwkFunction>> = {
  length: ([text = ""]) => textOf(text).length,
  substr: ([text = "", from = 1, count = Infinity]) => {
    const start = Math.round(numberOf(from));
    const end = start + Math.round(numberOf(count));
    return textOf(text).slice(Math.max(0, start - 1), Math.max(0, end - 1));
  },
  index: ([text = "", part = ""]) => textOf(text).indexOf(textOf(part)) + 1,
  tolower: ([text = ""]) => textOf(text).toLowerCase(),
  toupper: ([text = ""]) => textOf(text).toUpperCase(),
  int: ([value = 0]) => Math.trunc(numberOf(value)),
  sqrt: ([value = 0]) => Math.sqrt(numberOf(value)),
  sprintf: ([format = "", ...args]) => formatAwk(textOf(format), args),
  systime: (_args, { now }) => now,
};

export function callAwk(
  name: string,
  args: readonly AwkValue[],
  world: { readonly now: number },
): AwkValue {
  return FUNCTIONS[name]?.(args, world) ?? "";
}

function formatAwk(format: string, args: readonly AwkValue[]): string {
  let used = 0;
  const next = (): AwkValue => args[used++] ?? "";
  return format.replace(
    /%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?([a-zA-Z%])/g,
    (
      whole,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      kind: string,
    ) => {
      if (kind === "%") return "%";
      const size = (given: string | undefined): number | undefined =>
        given === undefined ? undefined : given === "*" ? numberOf(next()) : Number(given);
      const wide = size(width) ?? 0;
      const digits = size(precision);
      const text = convert(kind, next(), digits);
      if (text === undefined) return whole;
      const signed = flags.includes("+") && "dieEfgG".includes(kind) && !text.startsWith("-");
      const value = signed ? `+${text}` : text;
      if (flags.includes("-")) return value.padEnd(wide);
      const fill = flags.includes("0") && !"sc".includes(kind) ? "0" : " ";
      if (fill === "0" && /^[-+]/.test(value)) {
        return value.slice(0, 1) + value.slice(1).padStart(wide - 1, "0");
      }
      return value.padStart(wide, fill);
    },
  );
}

function convert(kind: string, value: AwkValue, digits: number | undefined): string | undefined {
  const number = numberOf(value);
  switch (kind) {
    case "d":
    case "i":
      return String(Math.trunc(number));
    case "s":
      return digits === undefined ? textOf(value) : textOf(value).slice(0, digits);
    case "c":
      return typeof value === "number" ? String.fromCharCode(value) : textOf(value).slice(0, 1);
    case "f":
      return number.toFixed(digits ?? 6);
    case "e":
      return number.toExponential(digits ?? 6).replace(/e([-+])(\d)$/, "e$10$2");
    case "g":
      return formatGeneral(number, digits ?? 6);
    case "x":
      return (Math.trunc(number) >>> 0).toString(16);
    case "X":
      return (Math.trunc(number) >>> 0).toString(16).toUpperCase();
    case "o":
      return (Math.trunc(number) >>> 0).toString(8);
    case "u":
      return String(Math.trunc(number) >>> 0);
    default:
      return undefined;
  }
}
