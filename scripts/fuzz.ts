// `npm run fuzz [TEXTS [SEED]]`: gives the reader of keepalived.conf a million texts, made, broken and
// of loose words, and shows that it throws at none.
import { KEYWORDS } from "../simulator/keepalived/diagnostics.ts";
import { readConfiguration } from "../simulator/keepalived/opinions.ts";
import { chanceFrom, makeTexts } from "./keepalived-texts.ts";

const ENVIRONMENT = { path: "/etc/keepalived/keepalived.conf", nics: ["lo", "eth0", "eth1"] };
const BATCH = 1000;
const MOST_WORDS = 60;
const WORDS = [
  ...Object.keys(KEYWORDS),
  ...Object.values(KEYWORDS).flatMap(({ keywords = {} }) => Object.keys(keywords)),
  ..."{ } \n \n \n \" ' # ! \\ = @ $A $A= ${A} ~SEQ(A,1,3) ~LST(A,b,c) include 1 -1 0.5".split(" "),
  ..."10.0.0.1 10.0.0.1/24 ::1 eth0 VI_1 group fwmark weight __proto__ constructor \0 \ud800".split(
    " ",
  ),
];

const [count, seed] = process.argv.slice(2).map(Number);
process.exitCode = fuzz(count ?? 1_000_000, seed ?? Date.now() % 1_000_000);

function fuzz(texts: number, first: number): number {
  const began = performance.now();
  let longest = 0;
  for (let done = 0; done < texts; done += BATCH) {
    for (const text of batch(first + done, Math.min(BATCH, texts - done))) {
      const at = performance.now();
      try {
        readConfiguration(text, ENVIRONMENT);
      } catch (error) {
        process.stderr.write(`seed ${first}: ${String(error)} at ${JSON.stringify(text)}\n`);
        return 1;
      }
      longest = Math.max(longest, performance.now() - at);
    }
  }
  const took = ((performance.now() - began) / 1000).toFixed(1);
  const told = `the longest took ${longest.toFixed(1)} ms`;
  process.stdout.write(`seed ${first}: ${texts} texts in ${took} s, none threw; ${told}\n`);
  return 0;
}

/** One half of keywords and values in their places, one of words anywhere. */
function batch(seed: number, count: number): string[] {
  const chance = chanceFrom(seed);
  const loose = Array.from({ length: Math.floor(count / 2) }, () => {
    const length = Math.floor(chance() * MOST_WORDS);
    const words = Array.from({ length }, () => WORDS[Math.floor(chance() * WORDS.length)] ?? "");
    return words.join(chance() < 0.5 ? " " : "\n");
  });
  return [...loose, ...makeTexts(seed, count - loose.length, loose)];
}
