// Group membership (RFC 3376): joining or leaving is reported after two jiffies and once more
// within a second (recorded: 8-12 ms after the socket joined). Left out: queries, since no router
// asks on these networks.
import type { Sim } from "../kernel/sim.ts";
import { JIFFY_US, timerWheel } from "../kernel/wheel.ts";
import type { Ip } from "../wire/address.ts";
import { CHANGE_TO_EXCLUDE, CHANGE_TO_INCLUDE } from "../wire/igmp.ts";
import type { Host, Nic } from "./host.ts";
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
  // The newest stands at the head of the kernel's list.
  host.groups.delete(key);
  host.groups.set(key, { count: 1, remaining: REPORTS, change: "join" });
  change(host, nic.name, sim);
}

export function leaveGroup(host: Host, nicName: string, group: Ip, sim: Sim): void {
  const membership = host.groups.get(`${nicName} ${group}`);
  if (membership === undefined || --membership.count > 0) return;
  membership.change = "leave";
  membership.remaining = REPORTS;
  change(host, nicName, sim);
}

/** An interface that is set up again tells of its groups anew (measured). */
export function tellGroupsAgain(host: Host, nic: Nic, sim: Sim): void {
  const joined = [...host.groups].filter(
    ([key, { count }]) => key.startsWith(`${nic.name} `) && count > 0,
  );
  for (const [, membership] of joined) membership.remaining = REPORTS;
  if (joined.length > 0) change(host, nic.name, sim);
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

/** One timer for all changes of an interface: a report tells of each that is not told enough. */
function change(host: Host, nicName: string, sim: Sim): void {
  const deadline = timerWheel(sim.now, 2 * JIFFY_US);
  host.reports.set(nicName, { deadline, remaining: REPORTS });
  sim.alarm(host, deadline, "igmp", nicName);
}

/** The IGMP alarm: key is the interface's name. */
export function igmpAlarm(host: Host, nicName: string, sim: Sim): void {
  const timer = host.reports.get(nicName);
  if (timer === undefined || timer.deadline > sim.now) return;
  report(host, nicName, sim);
  const remaining = timer.remaining - 1;
  if (remaining <= 0) {
    host.reports.delete(nicName);
    return;
  }
  const deadline = timerWheel(sim.now, sim.random() * REPEAT_US + 2 * JIFFY_US);
  host.reports.set(nicName, { deadline, remaining });
  sim.alarm(host, deadline, "igmp", nicName);
}

/** Groups left come first, then those joined, the newest first (recorded: lvs-l-sync). */
function report(host: Host, nicName: string, sim: Sim): void {
  const told = [...host.groups]
    .filter(([key, { remaining }]) => key.startsWith(`${nicName} `) && remaining > 0)
    .reverse();
  // Without an address it says 0.0.0.0 (measured).
  const source = host.nics.get(nicName)?.addresses[0]?.address ?? "0.0.0.0";
  const records = (["leave", "join"] as const).flatMap((kind) =>
    told
      .filter(([, membership]) => membership.change === kind)
      .map(([key]) => ({
        type: kind === "join" ? CHANGE_TO_EXCLUDE : CHANGE_TO_INCLUDE,
        group: key.slice(nicName.length + 1),
      })),
  );
  for (const [key, membership] of told) {
    membership.remaining--;
    if (membership.remaining === 0 && membership.count === 0) host.groups.delete(key);
  }
  if (records.length === 0) return;
  const packet = {
    protocol: "ipv4",
    source,
    destination: ALL_IGMPV3_ROUTERS,
    ttl: 1,
    tos: 0xc0,
    id: 0,
    dontFragment: true,
    payload: { protocol: "igmp", records },
  } as const;
  sendIpv4(host, packet, sim, { nic: nicName });
}
