// What two directors' files have to agree in, instance by instance (K4-K9, K20): certain errors, and
// what is worth a look.
import type { readConfiguration } from "#sim/opinionated.ts";

export interface Finding {
  readonly key:
    "vrid" | "vips" | "interval" | "auth" | "version" | "priority" | "preempt" | "alone";
  readonly isCertain: boolean;
  readonly values: Readonly<Record<"a" | "b", string>>;
}

type Config = ReturnType<typeof readConfiguration>["config"];
type Instance = Config["instances"][number];

/** `names` are the hosts', for sentences. Instances belong together that share an address or id. */
export function findingsOf(
  a: Config,
  b: Config,
  names: readonly [string, string],
): readonly Finding[] {
  return a.instances.flatMap((one) => {
    const partner = partnerOf(one, b.instances);
    if (partner === undefined) {
      return b.instances.length === 0
        ? []
        : [{ key: "alone", isCertain: false, values: { a: names[1], b: names[0] } } as const];
    }
    return compare(one, partner, names);
  });
}

function partnerOf(one: Instance, others: readonly Instance[]): Instance | undefined {
  const own = addressesOf(one);
  const shares = (other: Instance): boolean =>
    addressesOf(other).some((address) => own.includes(address));
  return (
    others.find(shares) ??
    others.find(({ virtualRouterId }) => virtualRouterId === one.virtualRouterId)
  );
}

function addressesOf({ addresses }: Instance): string[] {
  return addresses.map(({ address }) => address).sort();
}

function compare(one: Instance, other: Instance, names: readonly [string, string]): Finding[] {
  const found: Finding[] = [];
  const say = (key: Finding["key"], isCertain: boolean, a: unknown = "", b: unknown = ""): void =>
    void found.push({ key, isCertain, values: { a: String(a), b: String(b) } });
  if (one.virtualRouterId !== other.virtualRouterId) {
    say("vrid", true, one.virtualRouterId, other.virtualRouterId);
  }
  if (addressesOf(one).join() !== addressesOf(other).join()) say("vips", true);
  if (one.version !== other.version) say("version", true);
  if (one.advertIntervalUs !== other.advertIntervalUs) {
    // Version 3 takes its master's interval.
    const isCertain = one.version === 2;
    say("interval", isCertain, one.advertIntervalUs / 1e6, other.advertIntervalUs / 1e6);
  }
  if (one.authType !== other.authType || one.password !== other.password) say("auth", true);
  if (one.priority === other.priority) say("priority", false, one.priority);
  if (one.preempt !== other.preempt) {
    say("preempt", false, ...(one.preempt ? [names[1], names[0]] : names));
  }
  return found;
}
