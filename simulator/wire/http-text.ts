// The text after a TCP segment's line in tcpdump, for the ports of HTTP (I207).

export function isHttpPort(port: number): boolean {
  return port === 80 || port === 8080;
}

const REQUESTS = "GET PUT HEAD POST DELETE OPTIONS TRACE CONNECT PROPFIND".split(" ");

/** A request or a response is shown by its first line, `verbose` by all lines of text. */
export function describeHttp(data: string, verbose: boolean): string {
  const [firstLine = ""] = data.split(/[\r\n]/, 1);
  const [first = "", second = ""] = firstLine.split(" ", 2);
  const isMessage = REQUESTS.includes(first.toUpperCase()) || /^\d{3}$/.test(second);
  if (!isMessage) return ": HTTP";
  const { lines, isCut } = textLines(data);
  const cut = isCut ? " [|http]" : "";
  if (verbose) {
    return `: HTTP, length: ${data.length}${lines.map((l) => `\n\t${l}`).join("")}${cut}`;
  }
  return lines[0] === undefined ? ": HTTP" : `: HTTP: ${lines[0]}${lines.length === 1 ? cut : ""}`;
}

/** The lines up to the first that is no text; cut when the data end without an end of line. */
function textLines(data: string): { lines: string[]; isCut: boolean } {
  const lines: string[] = [];
  const rest = data.split("\n");
  const tail = rest.pop() ?? "";
  for (const line of rest) {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (!isText(text)) return { lines, isCut: false };
    lines.push(text);
  }
  if (tail === "" || !isText(tail)) return { lines, isCut: false };
  return { lines: [...lines, tail], isCut: true };
}

function isText(line: string): boolean {
  return /^[\t -~]*$/.test(line);
}
