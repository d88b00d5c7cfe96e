// Directors with other files from the beginning: written, stopped, started, and some seconds let pass
// until one of them is MASTER.
import { CONFIGURATION } from "./instrument/cluster.ts";
import type { LabSession } from "./instrument/session.svelte.ts";

interface ChangedFile {
  readonly host: string;
  readonly text: string;
}

/** The daemon's goodbye, and time enough for an election and some adverts. */
const STOP_US = 1_500_000;
const ELECTION_US = 16_000_000;

/** The configurations that are no longer those of the beginning. */
export function changedFiles({ start, world }: LabSession): ChangedFile[] {
  return [...world.hosts.values()].flatMap(({ name, role, files }) => {
    const text = files.get(CONFIGURATION)?.content;
    const before = start.hosts.get(name)?.files.get(CONFIGURATION)?.content;
    return role !== "director" || text === undefined || text === before
      ? []
      : [{ host: name, text }];
  });
}

export async function restartWith(
  session: LabSession,
  files: readonly ChangedFile[],
): Promise<void> {
  const label = CONFIGURATION;
  const service = (on: boolean) =>
    files.map(({ host }) => ({ kind: "service", host, on }) as const);
  const written = files.map(
    ({ host, text }) => ({ kind: "file", host, path: CONFIGURATION, content: text }) as const,
  );
  await session.act([...written, ...service(false)], label);
  session.seek(session.now + STOP_US);
  await session.act(service(true), label);
  session.seek(session.now + ELECTION_US);
}
