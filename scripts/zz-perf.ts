import { createMachine, createTimeline, lightPrograms, runTo, worldFromJson } from "../simulator/index.ts";
import { libraryWorld } from "../src/lab/library.ts";
const text = libraryWorld("article");
function busy() {
  const timeline = createTimeline(worldFromJson(text), createMachine(lightPrograms));
  for (const process of timeline.world.hosts.get("client")?.processes.values() ?? []) {
    const memory = process.memory as { everyUs?: number } | undefined;
    if (process.program === "traffic" && memory !== undefined) memory.everyUs = 100_000;
  }
  return timeline;
}
const n = Number(process.argv[2] ?? 3);
const w = busy(); runTo(w, w.now + 60_000_000);
for (let i = 0; i < n; i++) {
  const t = busy(); const b = t.world.lastEvent;
  const c0 = process.cpuUsage(); const t0 = performance.now();
  runTo(t, t.now + 600_000_000);
  const ms = performance.now() - t0; const c = process.cpuUsage(c0);
  const ev = t.world.lastEvent - b;
  console.log(`${ev} events ${ms.toFixed(0)} ms wall, cpu ${((c.user + c.system) / 1000).toFixed(0)} ms, ${Math.round(ev / ms * 1000)} /s`);
}
