// nginx's configuration file: its words, blocks and complaints. Of the directives only those that
// the lab's web servers use mean something. Left out: includes, variables, locations.
export const NGINX_CONFIGURATION = "/etc/nginx/rig.conf";

/** The file that a web server of the lab starts with. */
export const NGINX_DEFAULT = [
  "worker_processes 1;",
  "pid /run/nginx.pid;",
  "error_log /var/log/nginx/error.log;",
  "events { worker_connections 512; }",
  "http { access_log /var/log/nginx/access.log; keepalive_timeout 3600s;",
  " keepalive_requests 100000; default_type text/html;",
  " server { listen 0.0.0.0:80 backlog=511; root /var/www; index index.html; } }",
  "",
].join("\n");

export interface NginxConfiguration {
  readonly pidFile: string;
  /** Undefined: "off". */
  readonly accessLog: string | undefined;
  readonly errorLog: string;
  readonly root: string;
  readonly index: string;
  readonly listens: readonly { readonly address: string; readonly port: number }[];
}

const BLOCKS = ["events", "http", "server"];
const KNOWN = [
  ...BLOCKS,
  ..."access_log daemon default_type error_log include index keepalive_requests".split(" "),
  ..."keepalive_timeout listen log_format pid root sendfile server_name tcp_nopush types".split(
    " ",
  ),
  ..."user worker_connections worker_processes".split(" "),
];

interface Token {
  readonly text: string;
  readonly line: number;
}

/** The configuration, or what is wrong: "unknown directive \"lisen\" in FILE:3". */
export function readNginxConfiguration(
  text: string,
  file: string,
): NginxConfiguration | { readonly complaint: string } {
  const values = new Map<string, string[][]>();
  const open: string[] = [];
  let words: Token[] = [];
  let line = 1;
  for (const token of tokensOf(text)) {
    line = token.line;
    const at = `in ${file}:${line}`;
    if (token.text !== ";" && token.text !== "{" && token.text !== "}") {
      words.push(token);
      continue;
    }
    const [name = "", ...rest] = words.map((word) => word.text);
    words = [];
    if (token.text === "}") {
      if (name !== "" || open.pop() === undefined) return { complaint: `unexpected "}" ${at}` };
      continue;
    }
    if (name === "") return { complaint: `unexpected "${token.text}" ${at}` };
    if (!KNOWN.includes(name)) return { complaint: `unknown directive "${name}" ${at}` };
    if (BLOCKS.includes(name) !== (token.text === "{") && name !== "types") {
      const wanted = token.text === "{" ? 'is not terminated by ";"' : 'has no opening "{"';
      return { complaint: `directive "${name}" ${wanted} ${at}` };
    }
    if (token.text === "{") open.push(name);
    values.set(name, [...(values.get(name) ?? []), rest]);
  }
  if (open.length > 0 || words.length > 0) {
    const wanted = words.length > 0 ? 'expecting ";" or "}"' : 'expecting "}"';
    return { complaint: `unexpected end of file, ${wanted} in ${file}:${line}` };
  }
  return configurationOf(values);
}

function configurationOf(values: ReadonlyMap<string, string[][]>): NginxConfiguration {
  const last = (name: string, usual: string): string => values.get(name)?.at(-1)?.[0] ?? usual;
  const accessLog = last("access_log", "/var/log/nginx/access.log");
  return {
    pidFile: last("pid", "/run/nginx.pid"),
    accessLog: accessLog === "off" ? undefined : accessLog,
    errorLog: last("error_log", "/var/log/nginx/error.log"),
    root: last("root", "/usr/share/nginx/html"),
    index: last("index", "index.html"),
    listens: (values.get("listen") ?? [["80"]]).map(([where = "80"]) => {
      const colon = where.lastIndexOf(":");
      const address = colon < 0 ? "0.0.0.0" : where.slice(0, colon).replace("*", "0.0.0.0");
      return { address, port: Number(where.slice(colon + 1)) };
    }),
  };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const plain = line.replace(/(^|\s)#.*/, "");
    for (const [word] of plain.matchAll(/"[^"]*"|'[^']*'|[;{}]|[^\s;{}]+/g)) {
      tokens.push({ text: word.replace(/^(["'])(.*)\1$/, "$2"), line: i + 1 });
    }
  }
  return tokens;
}
