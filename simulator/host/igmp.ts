// Group membership (RFC 3376): joining or leaving is reported after two jiffies and once more
// within a second (recorded: 8-12 ms after the socket joined). Left out: queries, since no router
// asks on these networks.
import type { Sim } from "../kernel/sim.ts";
import { JIFFY_US, timerWheel } from "../kernel/wheel.ts";
import type { Ip } from "../wire/address.ts";
import { CHANGE_TO_EXCLUDE, CHANGE_TO_INCLUDE } from "../wire/igmp.ts";
import type { GroupMembership, Host, Nic } from "./host.ts";
import { sendIpv4 } from "./ip-output.ts";

const ALL_IGMPV3_ROUTERS: Ip = "224.0.0.22";
/** The kernel's robustness variable: each change is said twice. */
const REPORTS = 2;
const REPEAT_US = 1_000_000;

export function joinGroup(host: Host, nic: Nic, group: Ip, sim: Sim): void {
  const key = `${nic.name} ${group}`;
  const membership = host.groups.get(key);
  if (membership !== undefined && membership.count > 0) {
    membership.count++;
    return;
  }
  host.groups.set(key, { count: 1, deadline: undefined, remaining: REPORTS, change: "join" });
  schedule(host, key, 2 * JIFFY_US, sim);
}

export function leaveGroup(host: Host, nicName: string, group: Ip, sim: Sim): void {
  const key = `${nicName} ${group}`;
  const membership = host.groups.get(key);
  if (membership === undefined || --membership.count > 0) return;
  membership.change = "leave";
  membership.remaining = REPORTS;
  schedule(host, key, 2 * JIFFY_US, sim);
}

/** The groups that an interface listens to, the newest first; every one to 224.0.0.1. */
export function groupsOf(host: Host, nic: Nic): { group: Ip; users: number }[] {
  const joined = [...host.groups]
    .filter(([key, { count }]) => key.startsWith(`${nic.name} `) && count > 0)
    .map(([key, { count }]) => ({ group: key.slice(nic.name.length + 1), users: count }));
  return [...joined.reverse(), { group: "224.0.0.1", users: 1 }];
}

export function isMember(host: Host, nic: Nic, group: Ip): boolean {
  return group === "224.0.0.1" || (host.groups.get(`${nic.name} ${group}`)?.count ?? 0) > 0;
}

/** The IGMP alarm: key is "<interface> <group>". */
export function igmpAlarm(host: Host, key: string, sim: Sim): void {
  const membership = host.groups.get(key);
  if (membership?.deadline === undefined || membership.deadline > sim.now) return;
  membership.deadline = undefined;
  membership.remaining--;
  report(host, key, membership, sim);
  if (membership.remaining > 0) {
    schedule(host, key, sim.random() * REPEAT_US + 2 * JIFFY_US, sim);
  } else if (membership.count === 0) {
    host.groups.delete(key);
  }
}

function schedule(host: Host, key: string, delayUs: number, sim: Sim): void {
  const membership = host.groups.get(key);
  if (membership === undefined) return;
  membership.deadline = timerWheel(sim.now, delayUs);
  sim.alarm(host, membership.deadline, "igmp", key);
}

function report(host: Host, key: string, { change }: GroupMembership, sim: Sim): void {
  const [nicName = "", group = ""] = key.split(" ");
  const source = host.nics.get(nicName)?.addresses[0]?.address;
  if (source === undefined) return;
  const type = change === "join" ? CHANGE_TO_EXCLUDE : CHANGE_TO_INCLUDE;
  const packet = {
    protocol: "ipv4",
    source,
    destination: ALL_IGMPV3_ROUTERS,
    ttl: 1,
    tos: 0xc0,
    id: 0,
    dontFragment: true,
    payload: { protocol: "igmp", records: [{ type, group }] },
  } as const;
  sendIpv4(host, packet, sim, { nic: nicName });
}
