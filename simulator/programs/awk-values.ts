// awk's values: numbers, texts, and texts from input that may look like numbers.

export type AwkValue = number | string | { readonly input: string };

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/;

export function fromInput(text: string): AwkValue {
  return { input: text };
}

export function numberOf(value: AwkValue): number {
  if (typeof value === "number") return value;
  const text = typeof value === "string" ? value : value.input;
  return Number(/^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?/.exec(text)?.[0] ?? 0);
}

/** Whole numbers as they are, others with six digits (OFMT). */
export function textOf(value: AwkValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "object") return value.input;
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return String(value);
  return formatGeneral(value, 6);
}

export function isTrue(value: AwkValue): boolean {
  if (typeof value === "number") return value !== 0;
  if (typeof value === "string") return value !== "";
  return NUMBER.test(value.input) ? Number(value.input) !== 0 : value.input !== "";
}

/** As numbers if both are or look like it; what was never set is both 0 and "". */
export function compareValues(left: AwkValue, right: AwkValue): number {
  if (isNumeric(left) && isNumeric(right)) return Math.sign(numberOf(left) - numberOf(right));
  const [a, b] = [textOf(left), textOf(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function isNumeric(value: AwkValue): boolean {
  if (typeof value !== "object") return typeof value === "number";
  return value.input === "" || NUMBER.test(value.input);
}

/** `%.6g`: so many digits, without zeros at the end. */
export function formatGeneral(value: number, digits: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const shown = value.toPrecision(Math.max(1, digits));
  const [mantissa = "", exponent] = shown.split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  if (exponent === undefined) return short;
  const sign = exponent.startsWith("-") ? "-" : "+";
  return `${short}e${sign}${exponent.replace(/^[-+]/, "").padStart(2, "0")}`;
}
