// `ip` of iproute2: addresses, links, routes, neighbours, with its abbreviations and complaints.
// Left out: JSON, namespaces, rules and tunnels of one's own, IPv6.
import { immediate, type Output } from "./immediate.ts";
import { address } from "./ip-address.ts";
import { link } from "./ip-link.ts";
import { maddress, rule, tunnel } from "./ip-lists.ts";
import { neighbour } from "./ip-neighbour.ts";
import { route } from "./ip-route.ts";
import { abbreviated, failure, type IpCall, type IpObject, type IpOptions } from "./ip-words.ts";

/** In the order in which `ip` looks for an abbreviation: "a" is address, "r" is route. */
const OBJECTS: Readonly<Record<string, IpObject>> = {
  address,
  route,
  neighbor: neighbour,
  neighbour,
  rule,
  maddress,
  tunnel,
  link,
};

const USAGE = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
where  OBJECT := { address | link | maddress | neighbour | route | rule | tunnel }
       OPTIONS := { -V[ersion] | -s[tatistics] | -4 | -6 | -br[ief] | -o[neline] }
`;

const VERSION = "ip utility, iproute2-6.1.0, libbpf 1.1.2\n";

export const ip = immediate(6_000, ({ host, sim, args }) => {
  let rest = args;
  let options: IpOptions = {
    brief: false,
    oneLine: false,
    inetOnly: false,
    inet6Only: false,
    statistics: false,
  };
  while (rest[0]?.startsWith("-") === true) {
    if (rest[0].length > 1 && "-Version".startsWith(rest[0])) return { stdout: VERSION };
    const changed = readOption(options, rest[0]);
    if (changed === undefined) {
      return failure(`Option "${rest[0]}" is unknown, try "ip -help".`, 255);
    }
    options = changed;
    rest = rest.slice(1);
  }
  const [object, ...words] = rest;
  if (object === undefined || object === "help") return { stderr: USAGE, code: 255 };
  const found = abbreviated(OBJECTS, object);
  if (found === undefined) {
    return failure(`Object "${object}" is unknown, try "ip help".`, 1);
  }
  return runObject(found, { host, sim, options, words });
});

function readOption(options: IpOptions, word: string): IpOptions | undefined {
  const name = word.replace(/^--?/, "");
  if (name === "4") return { ...options, inetOnly: true };
  if (name === "6") return { ...options, inet6Only: true };
  if (name !== "" && ("details".startsWith(name) || "human".startsWith(name))) return options;
  if (name !== "" && "oneline".startsWith(name)) return { ...options, oneLine: true };
  if (name.length >= 2 && "brief".startsWith(name)) return { ...options, brief: true };
  if (name !== "" && "statistics".startsWith(name)) return { ...options, statistics: true };
  if (name === "c" || "color".startsWith(name) || name.startsWith("color=")) return options;
  return undefined;
}

function runObject(object: IpObject, call: IpCall): Output {
  const [command, ...words] = call.words;
  const show = object.commands["show"];
  if (command === undefined) return show?.({ ...call, words: [] }) ?? {};
  if (command === "help") return { stderr: USAGE, code: 255 };
  const found = abbreviated(object.commands, command);
  if (found !== undefined) return found({ ...call, words });
  return failure(`Command "${command}" is unknown, try "ip ${object.name} help".`, 255);
}
