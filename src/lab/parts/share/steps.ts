// What the reader did, as steps of a scenario file.
import type { Input, Scenario, TimelineInput } from "#sim/index.ts";

type Step = Scenario["steps"][number];

/** In seconds of the scenario; Ctrl-C has no step and is left out. */
export function stepsOf(inputs: readonly TimelineInput[]): Step[] {
  return inputs.flatMap(({ at, input }) => {
    const step = stepOf(at / 1_000_000, input);
    return step === undefined ? [] : [step];
  });
}

function stepOf(t: number, input: Input): Step | undefined {
  switch (input.kind) {
    case "command": {
      const { host, line: run, background, prompt } = input;
      return { t, host, run, ...(background && { bg: true }), ...(prompt && { prompt }) };
    }
    case "interrupt":
      return undefined;
    case "link":
      return { t, op: input.up ? "link-up" : "link-down", host: input.host, dev: input.nic };
    case "crash":
      return { t, op: "crash", host: input.host, ...(input.cables && { power: true }) };
    case "service":
      return { t, host: input.host, run: `systemctl ${input.on ? "start" : "stop"} keepalived` };
    case "power":
      return { t, op: input.on ? "power-on" : "power-off", host: input.host };
    case "freeze":
      return { t, op: input.frozen ? "freeze" : "thaw", host: input.host };
    case "delay":
      return { t, op: "delay", host: input.host, ms: input.delayUs / 1000 };
    case "loss":
      return { t, op: "loss", host: input.host, share: input.share };
    case "partition": {
      const op = input.protocol === "vrrp" ? "isolate-vrrp" : "isolate";
      return { t, op, hosts: [...input.hosts], ...(input.oneWay && { oneway: true }) };
    }
    case "heal":
      return { t, op: "heal" };
    case "file":
      return { t, op: "save", host: input.host, path: input.path, content: input.content };
  }
}

/** Passwords in keepalived's files, with the host: to be named before they are shared. */
export function passwordsIn(files: Iterable<readonly [host: string, text: string]>): string[] {
  const found = new Set<string>();
  for (const [host, text] of files) {
    for (const [, password] of text.matchAll(/^\s*auth_pass\s+(\S+)/gm)) {
      found.add(`${password ?? ""} (${host})`);
    }
  }
  return [...found];
}
