// The meaning of a vrrp_instance block (K20, K53, K58-K65).
import { broadcastOf, parseIp } from "../wire/address.ts";
import { VRRP_GROUP } from "../wire/vrrp.ts";
import type { VirtualAddress, VrrpInstanceConfig } from "./config.ts";
import { readNotify, readTracking } from "./read-track.ts";
import type { Statement } from "./tree.ts";
import { all, flag, has, integer, last, seconds, word } from "./values.ts";

const SECOND_US = 1_000_000;
export const PASSWORD_LENGTH = 8;
/** Twelve bits of hundredths of a second. */
const MAX_INTERVAL_V3_US = 40_950_000;
const DELAYS = { min: 0, max: 86_400 };
const REPEATS = { min: 0, max: 2 ** 32 - 1 };

/** undefined without a name. */
export function readInstance(
  statement: Statement,
  global: readonly Statement[] | undefined,
): VrrpInstanceConfig | undefined {
  const { block } = statement;
  const name = word(statement);
  if (name === undefined) return undefined;
  const version = readVersion(block, global);
  const switched = (key: string): boolean =>
    flag(last(block, key) ?? last(global, `vrrp_${key}`)) ?? false;
  const auth = readAuthentication(block, version);
  const wish = readState(block);
  const priority = readPriority(block, auth.authType === 2 ? undefined : wish);
  // Without a wish the owner of the address begins as master (K22); with AH only the owner can (K9).
  const isOwner = priority === 255;
  const isHeldBack = auth.authType === 2 && !isOwner;
  const state = isHeldBack ? "BACKUP" : (wish ?? (isOwner ? "MASTER" : "BACKUP"));
  return {
    name,
    state,
    nic: word(last(block, "interface")) ?? "",
    virtualRouterId: readRouterId(block),
    priority,
    advertIntervalUs: readInterval(block, version),
    version,
    ...auth,
    // Of an instance for IPv6, which is not acted on, there are none.
    addresses: has(block, "native_ipv6")
      ? []
      : all(block, "virtual_ipaddress").flatMap(({ block: entries }) => readAddresses(entries)),
    excludedAddresses: all(block, "virtual_ipaddress_excluded").flatMap(({ block: entries }) =>
      readAddresses(entries),
    ),
    ...readPreemption(block, state, priority),
    ...readGarp(block, global),
    downTimerAdverts: integer(
      last(block, "down_timer_adverts") ?? last(global, "vrrp_down_timer_adverts"),
      { min: 1, max: 100, default: 3 },
    ),
    lowerPriorityNoAdvert: switched("lower_prio_no_advert"),
    higherPrioritySendAdvert: switched("higher_prio_send_advert"),
    checksUnicastSource: switched("check_unicast_src"),
    unicastTtl: integer(last(block, "unicast_ttl"), { min: 0, max: 255, default: 255 }),
    group:
      word(last(block, "mcast_dst_ip")) ?? word(last(global, "vrrp_mcast_group4")) ?? VRRP_GROUP,
    startupDelayUs: seconds(last(global, "vrrp_startup_delay"), {
      min: 0,
      max: 1000,
      defaultUs: 0,
    }),
    dontTrackPrimary: has(block, "dont_track_primary"),
    unicastPeers: (last(block, "unicast_peer")?.block ?? []).map(({ keyword }) => keyword),
    sourceIp: word(last(block, "unicast_src_ip")) ?? word(last(block, "mcast_src_ip")),
    track: readTracking(block),
    notify: readNotify(block),
  };
}

function readVersion(
  block: readonly Statement[] | undefined,
  global: readonly Statement[] | undefined,
): 2 | 3 {
  const range = { min: 2, max: 3, default: 2 };
  const common = integer(last(global, "vrrp_version"), range);
  return integer(last(block, "version"), { ...range, default: common }) === 3 ? 3 : 2;
}

/** Case sensitive; an unknown word is no wish (K22); BACKUP after MASTER does not count (K174). */
function readState(block: readonly Statement[] | undefined): "MASTER" | "BACKUP" | undefined {
  let state: "MASTER" | "BACKUP" | undefined;
  for (const statement of all(block, "state")) {
    const text = word(statement);
    if (text !== "MASTER" && text !== "BACKUP") continue;
    if (state !== "MASTER") state = text;
  }
  return state;
}

/** With `state MASTER` and no priority at all the priority is 255 (K22, recorded: vrrp-r). */
function readPriority(
  block: readonly Statement[] | undefined,
  state: "MASTER" | "BACKUP" | undefined,
): number {
  const statement = last(block, "priority");
  if (statement === undefined) return state === "MASTER" ? 255 : 100;
  return integer(statement, { min: 1, max: 255, default: 100 });
}

/** 0: none. An invalid one leaves that before it. */
function readRouterId(block: readonly Statement[] | undefined): number {
  const range = { min: 1, max: 255, default: 0 };
  const given = all(block, "virtual_router_id").map((each) => integer(each, range));
  return given.findLast((each) => each !== 0) ?? 0;
}

function readInterval(block: readonly Statement[] | undefined, version: 2 | 3): number {
  const range = { min: 0.01, max: 255, defaultUs: SECOND_US };
  const intervalUs = seconds(last(block, "advert_int"), range);
  if (version === 3) return Math.min(intervalUs, MAX_INTERVAL_V3_US);
  return Math.max(SECOND_US, Math.round(intervalUs / SECOND_US) * SECOND_US);
}

/** What is not a valid pair is no authentication; check-vrrp.ts tells of it. */
function readAuthentication(
  block: readonly Statement[] | undefined,
  version: 2 | 3,
): Pick<VrrpInstanceConfig, "authType" | "password"> {
  const statement = last(block, "authentication");
  const type = word(last(statement?.block, "auth_type"));
  const password = (word(last(statement?.block, "auth_pass")) ?? "").slice(0, PASSWORD_LENGTH);
  const isUsed = (type === "PASS" || type === "AH") && version === 2 && password !== "";
  return isUsed ? { authType: type === "PASS" ? 1 : 2, password } : { authType: 0, password: "" };
}

/** One entry a line: `ip[/prefix] [dev if] [label l] …` (K194). */
function readAddresses(entries: readonly Statement[] | undefined): VirtualAddress[] {
  return (entries ?? []).flatMap((entry) => {
    const [address = "", prefix = "32"] = entry.keyword.split("/");
    if (parseIp(address) === undefined) return [];
    const nic = option(entry, "dev");
    const label = option(entry, "label");
    const scope = option(entry, "scope");
    const broadcast = option(entry, "brd") ?? option(entry, "broadcast");
    const length = /^\d+$/.test(prefix) && Number(prefix) <= 32 ? Number(prefix) : 32;
    return [
      {
        address,
        prefix: length,
        ...(nic !== undefined && { nic }),
        ...(label !== undefined && { label }),
        ...((scope === "host" || scope === "link") && { scope }),
        ...(broadcast !== undefined && {
          broadcast: broadcast === "+" ? broadcastOf(address, length) : broadcast,
        }),
      },
    ];
  });
}

function option(entry: Statement, name: string): string | undefined {
  const at = entry.words.findIndex(({ text }) => text === name);
  return at < 0 ? undefined : entry.words[at + 1]?.text;
}

/** The later of `nopreempt` and `preempt` counts. */
export function refusesPreemption(block: readonly Statement[] | undefined): boolean {
  const last = block?.findLast(({ keyword }) => keyword === "nopreempt" || keyword === "preempt");
  return last?.keyword === "nopreempt";
}

/** nopreempt and preempt_delay do not go with `state MASTER`, nopreempt not with 255 (K33, K34). */
function readPreemption(
  block: readonly Statement[] | undefined,
  state: "MASTER" | "BACKUP",
  priority: number,
): Pick<VrrpInstanceConfig, "preempt" | "preemptDelayUs"> {
  const range = { min: 0, max: 1000, defaultUs: 0 };
  const delayUs = seconds(last(block, "preempt_delay"), range);
  const isRefused = refusesPreemption(block) && state === "BACKUP" && priority !== 255;
  return {
    preempt: !isRefused,
    preemptDelayUs: isRefused || state === "MASTER" ? 0 : delayUs,
  };
}

/** An instance's own values, else global_defs', else the defaults (K59, K64, K65). */
function readGarp(
  block: readonly Statement[] | undefined,
  global: readonly Statement[] | undefined,
): Pick<
  VrrpInstanceConfig,
  | "garpRepeat"
  | "garpDelayUs"
  | "garpRefreshUs"
  | "garpRefreshRepeat"
  | "garpLowerPriorityRepeat"
  | "garpLowerPriorityDelayUs"
> {
  const find = (key: string): Statement | undefined =>
    last(block, key) ?? last(global, `vrrp_${key}`);
  const delay = (key: string, defaultUs: number): number =>
    seconds(find(key), { ...DELAYS, defaultUs });
  const repeat = (key: string, byDefault: number): number =>
    integer(find(key), { ...REPEATS, default: byDefault });
  // One frame for each address, and no second burst (K62).
  const isLeast = flag(last(global, "vrrp_min_garp")) === true;
  const garpRepeat = Math.max(1, repeat("garp_master_repeat", isLeast ? 1 : 5));
  const garpDelayUs = delay("garp_master_delay", isLeast ? 0 : 5 * SECOND_US);
  return {
    garpRepeat,
    garpDelayUs,
    garpRefreshUs: delay("garp_master_refresh", 0),
    garpRefreshRepeat: Math.max(1, repeat("garp_master_refresh_repeat", 1)),
    garpLowerPriorityRepeat: repeat("garp_lower_prio_repeat", garpRepeat),
    // That of global_defs stands in, never the instance's own (measured, 2.2.7).
    garpLowerPriorityDelayUs: delay(
      "garp_lower_prio_delay",
      seconds(last(global, "vrrp_garp_master_delay"), { ...DELAYS, defaultUs: 5 * SECOND_US }),
    ),
  };
}
