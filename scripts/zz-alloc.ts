import { Session } from "node:inspector";
import { createMachine, createTimeline, lightPrograms, runTo, worldFromJson } from "../simulator/index.ts";
import { libraryWorld } from "../src/lab/library.ts";
const text = libraryWorld("article");
function busy() { const t = createTimeline(worldFromJson(text), createMachine(lightPrograms));
for (const p of t.world.hosts.get("client")?.processes.values() ?? []) { const m = p.memory as any; if (p.program === "traffic") m.everyUs = 100_000; } return t; }
const w = busy(); runTo(w, w.now + 60_000_000);
const s = new Session(); s.connect();
const all = process.argv[2] !== "live";
s.post("HeapProfiler.startSampling", { samplingInterval: 8192, includeObjectsCollectedByMajorGC: all, includeObjectsCollectedByMinorGC: all } as any);
const t = busy(); runTo(t, t.now + 600_000_000);
s.post("HeapProfiler.stopSampling", (e, r: any) => {
  const sum = new Map<string, number>(); let total = 0;
  const walk = (n: any) => { const k = `${n.callFrame.functionName} ${n.callFrame.url.split("/").slice(-2).join("/")}:${n.callFrame.lineNumber + 1}`; sum.set(k, (sum.get(k) ?? 0) + n.selfSize); total += n.selfSize; n.children.forEach(walk); };
  walk(r.profile.head);
  console.log("total MB", (total / 1e6).toFixed(0));
  for (const [k, v] of [...sum].sort((a, b) => b[1] - a[1]).slice(0, 32)) console.log((v / 1e6).toFixed(1).padStart(7), k);
});
console.log(t.trace.frames.length);
