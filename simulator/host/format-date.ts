// Dates as `date` writes them, in UTC.
import { civilDate } from "./files.ts";

const DAYS = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A moment, in microseconds since 1970, as `date` writes it. */
export function formatDate(us: number, format: string): string {
  const seconds = Math.floor(us / 1_000_000);
  const days = Math.floor(seconds / 86_400);
  const { year, month, day } = civilDate(days);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const values: Readonly<Record<string, string>> = {
    "%": "%",
    a: DAYS[days % 7] ?? "",
    b: MONTHS[month - 1] ?? "",
    d: two(day),
    e: String(day).padStart(2),
    H: two((seconds % 86_400) / 3600),
    m: two(month),
    M: two((seconds / 60) % 60),
    n: "\n",
    N: String(us % 1_000_000).padStart(6, "0") + "000",
    s: String(seconds),
    S: two(seconds % 60),
    Y: String(year),
    Z: "UTC",
  };
  return format
    .replaceAll("%F", "%Y-%m-%d")
    .replaceAll("%T", "%H:%M:%S")
    .replace(/%3N/g, () => (values["N"] ?? "").slice(0, 3))
    .replace(/%([a-zA-Z%])/g, (whole, letter: string) => values[letter] ?? whole);
}
