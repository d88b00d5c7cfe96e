// `npm run -s replay -- FILE`: plays a scenario or recording and prints a recording. A mistake in
// the file is told with its place, and the exit status is 2.
import { readFileSync } from "node:fs";
import { replay } from "./replay.ts";
import { describeError, readScenario } from "./scenario.ts";

process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  const [path, ...rest] = args;
  if (path === undefined || rest.length > 0) {
    process.stderr.write("usage: npm run -s replay -- FILE\n");
    return 2;
  }
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    process.stderr.write(`${path}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
  const read = readScenario(text);
  if ("errors" in read) {
    for (const error of read.errors) process.stderr.write(`${path}: ${describeError(error)}\n`);
    return 2;
  }
  process.stdout.write(`${JSON.stringify(replay(read.scenario))}\n`);
  return 0;
}
