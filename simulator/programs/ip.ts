// `ip` of iproute2: addresses, links, routes, neighbours, with its abbreviations and complaints.
// Left out: JSON, namespaces, rules, tunnels.
import { immediate, type Output } from "./immediate.ts";
import { address } from "./ip-address.ts";
import { link } from "./ip-link.ts";
import { neighbour } from "./ip-neighbour.ts";
import { route } from "./ip-route.ts";
import { abbreviated, failure, type IpCall, type IpObject, type IpOptions } from "./ip-words.ts";

/** In the order in which `ip` looks for an abbreviation: "a" is address, "r" is route. */
const OBJECTS: Readonly<Record<string, IpObject>> = {
  address,
  route,
  neighbor: neighbour,
  neighbour,
  link,
};

const USAGE = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
where  OBJECT := { address | link | neighbour | route }
       OPTIONS := { -4 | -br[ief] | -o[neline] }
`;

export const ip = immediate(6_000, ({ host, sim, args }) => {
  let rest = args;
  let options: IpOptions = {
    brief: false,
    oneLine: false,
    inetOnly: false,
    statistics: false,
  };
  while (rest[0]?.startsWith("-") === true) {
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
