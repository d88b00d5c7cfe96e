// FILE_CHECK (K131, K110): its rounds are its file's changes. Measured with keepalived 2.2.7.
import { bringUp, type CheckKind, serverName, serverOf, takeDown, tell } from "./checker.ts";
import type { FileCheckerConfig } from "./config.ts";
import { fileValue, fileWeight } from "./file-weights.ts";
import { changeWeight } from "./pool.ts";

export const fileCheck: CheckKind = {
  begin(check) {
    const { speaker, checker } = check;
    const config = checker.config as FileCheckerConfig;
    const { pool, server } = serverOf(check);
    if (pool === undefined || server === undefined) return;
    if (config.weight !== 0) {
      return changeWeight(speaker, pool, server, fileWeight(speaker.system, server.config));
    }
    const up = (fileValue(speaker.system, config) !== 0) === config.reverse;
    if (up === checker.up && (checker.hasRun || !config.reverse)) return;
    checker.hasRun = true;
    const word = up ? "leaving" : "now";
    tell(check, `(${serverName(check)}): tracked file ${config.name} ${word} FAULT state`);
    if (up) bringUp(check);
    else takeDown(check);
  },
};
