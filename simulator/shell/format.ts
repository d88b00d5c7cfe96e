// What `echo -e` and `printf` make of their texts.

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

/** Backslash escapes; in a format `\"` is a quote too. */
export function unescape(text: string): string {
  return text.replace(
    /\\(x[0-9a-fA-F]{1,2}|0[0-7]{0,3}|[1-7][0-7]{0,2}|.)/gs,
    (whole, code: string) => {
      if (/^x./.test(code)) return String.fromCharCode(parseInt(code.slice(1), 16));
      if (/^[0-7]/.test(code)) return String.fromCharCode(parseInt(code, 8) & 255);
      return ESCAPES[code] ?? (code === '"' ? '"' : whole);
    },
  );
}

/** `printf`: the format again and again until the arguments are used up. */
export function formatText(
  format: string,
  args: readonly string[],
): { readonly text: string; readonly complaints: readonly string[] } {
  const complaints: string[] = [];
  let used = 0;
  let text = "";
  do {
    const before = used;
    text += format.replace(
      /\\(?:x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)|%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?([a-zA-Z%])/gs,
      (whole: string, flags: string, width: string, precision: string, kind: string) => {
        if (whole.startsWith("\\")) return unescape(whole);
        if (kind === "%") return "%";
        const number = (given: string | undefined): number | undefined =>
          given === "*"
            ? Number(args[used++] ?? 0)
            : given === undefined
              ? undefined
              : Number(given);
        const wide = number(width) ?? 0;
        const digits = number(precision);
        const argument = args[used++];
        const value = convert(kind, argument ?? "", digits, flags, complaints);
        return pad(value, wide, flags, kind);
      },
    );
    if (used === before) break;
  } while (used < args.length);
  return { text, complaints };
}

function convert(
  kind: string,
  argument: string,
  precision: number | undefined,
  flags: string,
  complaints: string[],
): string {
  switch (kind) {
    case "s":
      return argument.slice(0, precision);
    case "b":
      return unescape(argument).slice(0, precision);
    case "c":
      return argument.slice(0, 1);
    case "q":
      return /^[\w./:@%+=-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
    default:
      return convertNumber(kind, argument, precision, flags, complaints);
  }
}

function convertNumber(
  kind: string,
  argument: string,
  precision: number | undefined,
  flags: string,
  complaints: string[],
): string {
  const value = argument === "" ? 0 : Number(argument);
  if (Number.isNaN(value)) complaints.push(`${argument}: invalid number`);
  const number = Number.isNaN(value) ? Number.parseFloat(argument) || 0 : value;
  const plus = flags.includes("+") && number >= 0 ? "+" : "";
  switch (kind) {
    case "d":
    case "i":
    case "u":
      return plus + String(Math.trunc(number)).padStart(precision ?? 0, "0");
    case "x":
      return Math.trunc(number).toString(16);
    case "X":
      return Math.trunc(number).toString(16).toUpperCase();
    case "o":
      return Math.trunc(number).toString(8);
    case "e":
      return number.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, "e$10$2");
    default:
      return plus + number.toFixed(precision ?? 6);
  }
}

function pad(value: string, width: number, flags: string, kind: string): string {
  if (flags.includes("-") || width < 0) return value.padEnd(Math.abs(width));
  if (!flags.includes("0") || /[sbcq]/.test(kind)) return value.padStart(width);
  const sign = /^[+-]/.exec(value)?.[0] ?? "";
  return sign + value.slice(sign.length).padStart(width - sign.length, "0");
}
