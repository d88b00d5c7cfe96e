// What an instance watches: scripts and interfaces, as causes of FAULT or as weights on its
// priority (K100-K106).
import type { Wake } from "../host/process.ts";
import { clearTimer, killProcess, setTimer } from "../host/system.ts";
import { sourceOf } from "./advert.ts";
import type { Tracking, VrrpScriptConfig } from "./config.ts";
import type { TrackedScript, VrrpInstance } from "./instance.ts";
import { say } from "./log.ts";
import { runCommand } from "./run-command.ts";
import { changePriority, enterFault, leaveFault, NO_ADDRESS, type Vrrp } from "./vrrp.ts";

/** Between SIGTERM and SIGKILL for a script that takes too long (K106). */
const PATIENCE_US = 2_000_000;

/** The scripts that somebody watches start at once, and again every interval (K103). */
export function startScripts(vrrp: Vrrp, configs: readonly VrrpScriptConfig[]): void {
  const watched = new Set(
    [...vrrp.memory.instances.values()].flatMap((each) =>
      trackingOf(vrrp, each).scripts.map(({ name }) => name),
    ),
  );
  for (const config of configs.filter(({ name }) => watched.has(name))) {
    const before = vrrp.memory.scripts.get(config.name);
    vrrp.memory.scripts.set(config.name, before ? { ...before, config } : newScript(config));
    runScript(vrrp, config.name);
  }
}

/** One good end is enough at the start, unless it begins as failed (K104, K105). */
function newScript(config: VrrpScriptConfig): TrackedScript {
  const { rise, initFail } = config;
  const isUp = initFail ? false : undefined;
  const [isSlow, isKnownSlow] = [false, false];
  return { config, pid: undefined, result: rise - 1, isUp, lastStatus: 0, isSlow, isKnownSlow };
}

/** Timers "script NAME" and "script-timeout NAME"; true when the key was one of them. */
export function scriptTimer(vrrp: Vrrp, key: string): boolean {
  const [what, name = ""] = key.split(" ");
  const script = vrrp.memory.scripts.get(name);
  if (what === "script") runScript(vrrp, name);
  else if (what === "script-timeout" && script?.pid !== undefined) {
    const { system, process } = vrrp;
    killProcess(system, script.pid, "SIGTERM");
    setTimer(system, process, `script-kill ${name}`, system.sim.now + PATIENCE_US);
  } else if (what === "script-kill" && script?.pid !== undefined) {
    killProcess(vrrp.system, script.pid, "SIGKILL");
  } else {
    return what === "script-timeout" || what === "script-kill";
  }
  return true;
}

function runScript(vrrp: Vrrp, name: string): void {
  const { system, process } = vrrp;
  const script = vrrp.memory.scripts.get(name);
  if (script === undefined) return;
  const { intervalUs, timeoutUs, command } = script.config;
  const { now } = system.sim;
  setTimer(system, process, `script ${name}`, now + intervalUs);
  if (script.pid !== undefined) {
    // Told of the first run that takes too long, not of those right after it (measured, 2.2.7).
    const text = `Track script ${name} is already running, expect idle - skipping run`;
    if (!script.isKnownSlow) say(system, process, vrrp.voice, text);
    vrrp.memory.scripts.set(name, { ...script, isSlow: true });
    return;
  }
  const pid = runCommand(system, process, command);
  if (pid === undefined) return scriptResult(vrrp, script, { status: 0, reason: "" });
  const { isSlow: isKnownSlow } = script;
  vrrp.memory.scripts.set(name, { ...script, pid, isKnownSlow, isSlow: false });
  setTimer(system, process, `script-timeout ${name}`, now + timeoutUs);
}

/** A child has ended: it may have been a script. */
export function scriptEnded(vrrp: Vrrp, ended: Wake & { kind: "child" }): void {
  const script = [...vrrp.memory.scripts.values()].find(({ pid }) => pid === ended.pid);
  if (script === undefined) return;
  const { name } = script.config;
  const isLate = !vrrp.process.timers.has(`script-timeout ${name}`);
  for (const key of ["script-timeout", "script-kill"]) clearTimer(vrrp.process, `${key} ${name}`);
  const { code, signal } = ended;
  const number = code - 128;
  const reason = isLate
    ? "timed_out"
    : signal === undefined
      ? `failed (exited with status ${code})`
      : `failed (due to signal ${number})`;
  // A signal is no status: the next one is told against the one before (measured, 2.2.7).
  const status = signal === undefined ? code : undefined;
  scriptResult(vrrp, { ...script, pid: undefined }, { status, reason });
}

/** Counts ends in a row: `rise` good ones, `fall` bad ones make the change (K103). */
function scriptResult(
  vrrp: Vrrp,
  script: TrackedScript,
  { status, reason }: { readonly status: number | undefined; readonly reason: string },
): void {
  const { system, process, voice, memory } = vrrp;
  const { name, rise, fall } = script.config;
  const lastStatus = status ?? script.lastStatus;
  if (lastStatus !== script.lastStatus) {
    say(system, process, voice, `Script \`${name}\` now returning ${lastStatus}`);
  }
  const { result, isUp } = counted(script, status === 0, rise, fall);
  memory.scripts.set(name, { ...script, lastStatus, result, isUp });
  if (isUp === script.isUp) return;
  say(system, process, voice, `VRRP_Script(${name}) ${isUp === true ? "succeeded" : reason}`);
  for (const instance of memory.instances.values()) applyScript(vrrp, instance, name);
}

function counted(
  { result, isUp }: TrackedScript,
  good: boolean,
  rise: number,
  fall: number,
): Pick<TrackedScript, "result" | "isUp"> {
  if (good) {
    if (result < rise - 1) return { result: result + 1, isUp };
    return { result: rise + fall - 1, isUp: true };
  }
  return result > rise ? { result: result - 1, isUp } : { result: 0, isUp: false };
}

function applyScript(vrrp: Vrrp, instance: VrrpInstance, name: string): void {
  const script = vrrp.memory.scripts.get(name);
  for (const each of trackingOf(vrrp, instance).scripts) {
    if (each.name !== name || script === undefined) continue;
    if (weightOf(each.weight, script) !== 0) continue;
    if (script.isUp === true) leaveFault(vrrp, instance, `script ${name}`);
    else enterFault(vrrp, instance, `script ${name}`);
  }
  updatePriority(vrrp, instance);
}

/** An interface that somebody watches has come or gone (K35, K100). */
export function applyInterface(
  vrrp: Vrrp,
  instance: VrrpInstance,
  name: string,
  up: boolean,
): void {
  const { config } = instance;
  const own = config.nic === name && !config.dontTrackPrimary;
  const tracked = trackingOf(vrrp, instance).nics.some(
    (each) => each.name === name && each.weight === 0,
  );
  const cause = `interface ${name} down`;
  if (own || tracked) {
    if (up) leaveFault(vrrp, instance, cause);
    else enterFault(vrrp, instance, cause);
  }
  updatePriority(vrrp, instance);
}

/** Whether the instance has to do with an interface at all. */
export function watchesInterface(vrrp: Vrrp, instance: VrrpInstance, name: string): boolean {
  const { nics } = trackingOf(vrrp, instance);
  return instance.config.nic === name || nics.some((each) => each.name === name);
}

/** Why an instance cannot begin: interfaces that are down, scripts that have not spoken (K104). */
export function faultsAtStart(vrrp: Vrrp, instance: VrrpInstance): string[] {
  const { config } = instance;
  const { nics, scripts } = trackingOf(vrrp, instance);
  const needed = nics.filter(({ weight }) => weight === 0).map(({ name }) => name);
  const own = config.dontTrackPrimary ? [] : [config.nic];
  const down = [...new Set([...own, ...needed])].filter((name) => !isUp(vrrp, name));
  const silent = scripts.filter(({ name, weight }) => {
    const script = vrrp.memory.scripts.get(name);
    return script !== undefined && weightOf(weight, script) === 0 && script.isUp !== true;
  });
  const hasSource = sourceOf(vrrp, instance) !== undefined;
  return [
    ...down.map((name) => `interface ${name} down`),
    ...(hasSource ? [] : [NO_ADDRESS]),
    ...silent.map(({ name }) => `script ${name}`),
  ];
}

/** Base priority and all weights, from 1 to 254; 255 never changes (K102). */
export function effectivePriority(vrrp: Vrrp, instance: VrrpInstance): number {
  const base = instance.config.priority;
  if (base === 255) return base;
  const { nics, scripts } = trackingOf(vrrp, instance);
  const weights = [
    ...nics.map(({ name, weight }) => share(weight, isUp(vrrp, name))),
    ...scripts.map(({ name, weight }) => {
      const script = vrrp.memory.scripts.get(name);
      return script === undefined ? 0 : share(weightOf(weight, script), script.isUp);
    }),
  ];
  const total = weights.reduce((sum, weight) => sum + weight, base);
  return Math.max(1, Math.min(254, total));
}

export function updatePriority(vrrp: Vrrp, instance: VrrpInstance): void {
  changePriority(vrrp, instance, effectivePriority(vrrp, instance));
}

/** A positive weight is added while up, a negative one while down (K100). */
function share(weight: number, up: boolean | undefined): number {
  if (weight > 0) return up === true ? weight : 0;
  return up === false ? weight : 0;
}

function weightOf(own: number | undefined, { config }: TrackedScript): number {
  return own ?? config.weight;
}

function isUp({ system }: Vrrp, name: string): boolean {
  const nic = system.host.nics.get(name);
  return nic?.up === true && nic.carrier;
}

/** An instance's own, and its group's. */
function trackingOf({ memory }: Vrrp, { name, config }: VrrpInstance): Tracking {
  const group = memory.groups.find(({ members }) => members.includes(name));
  if (group === undefined) return config.track;
  return {
    nics: [...config.track.nics, ...group.track.nics],
    scripts: [...config.track.scripts, ...group.track.scripts],
  };
}
