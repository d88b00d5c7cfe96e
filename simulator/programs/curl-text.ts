// What curl prints besides the body: its progress meter, `-v`, `-w`.
import type { CurlOptions, Url } from "./curl-options.ts";

const METER_HEAD =
  "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n" +
  "                                 Dload  Upload   Total   Spent    Left  Speed\n";

/** The first lines of the meter, before anything has come. */
export function meterStart(): string {
  return METER_HEAD + meterLine(0, 0, 0);
}

/** One line of the meter, written over the one before. */
export function meterLine(received: number, total: number, elapsedUs: number): string {
  const seconds = Math.floor(elapsedUs / 1_000_000);
  const share = total > 0 ? Math.floor((100 * received) / total) : 0;
  const speed = received === 0 ? 0 : Math.floor((received * 1_000_000) / Math.max(1, elapsedUs));
  const spent = seconds === 0 ? "--:--:--" : clock(seconds);
  const cells = [
    String(share).padStart(3),
    String(total).padStart(5),
    ` ${String(share).padStart(3)}`.slice(-4),
    String(received).padStart(5),
    String(0).padStart(4),
    String(0).padStart(5),
    String(speed).padStart(6),
    String(0).padStart(6),
    "--:--:--",
    spent,
    "--:--:--",
    String(speed).padStart(5),
  ];
  return `\r${cells.join(" ")}`;
}

function clock(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = String(Math.floor(seconds / 3600)).padStart(2);
  return `${hours}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** The request, each header ended as on the wire. */
export function requestText(options: CurlOptions, url: Url): string {
  const given = new Map(
    options.headers.map((header) => {
      const colon = header.indexOf(":");
      const name = colon < 0 ? header : header.slice(0, colon);
      return [name.toLowerCase(), colon < 0 ? "" : header] as const;
    }),
  );
  const method = options.method ?? (options.head ? "HEAD" : "GET");
  const lines = [`${method} ${url.path} HTTP/${options.version}`];
  const usual = [
    `Host: ${url.host}${url.isDefaultPort ? "" : `:${url.port}`}`,
    `User-Agent: ${options.agent}`,
    "Accept: */*",
  ];
  for (const header of usual) {
    const name = header.slice(0, header.indexOf(":")).toLowerCase();
    const own = given.get(name);
    given.delete(name);
    // "-H 'Accept:'" leaves the header out.
    if (own === undefined) lines.push(header);
    else if (!own.trim().endsWith(":")) lines.push(own);
  }
  for (const header of given.values()) if (header !== "") lines.push(header);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** `-w`: its variables and backslash escapes. */
export function writeOut(format: string, values: Readonly<Record<string, string>>): string {
  return format
    .replace(/%\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? (values[name] ?? "") : whole,
    )
    .replace(/\\([nrt\\])/g, (_, letter: string) =>
      letter === "n" ? "\n" : letter === "r" ? "\r" : letter === "t" ? "\t" : "\\",
    )
    .replaceAll("%%", "%");
}

/** Lines of `-v`: "* " news, "> " sent, "< " received. */
export function marked(mark: string, text: string): string {
  return text
    .split("\r\n")
    .slice(0, -1)
    .map((line) => `${mark} ${line}\r\n`)
    .join("");
}
