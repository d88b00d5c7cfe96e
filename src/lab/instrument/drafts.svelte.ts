// Configuration that was edited and not applied yet: switches and editor change the same text.
import type { Input } from "#sim/index.ts";
import { CONFIGURATION } from "./cluster.ts";
import type { LabSession } from "./session.svelte.ts";

export class Drafts {
  private readonly session: LabSession;
  private edited = $state.raw<Readonly<Record<string, string>>>({});

  constructor(session: LabSession) {
    this.session = session;
  }

  /** The file as it is on the host at the cursor. */
  saved(host: string): string {
    return this.session.world.hosts.get(host)?.files.get(CONFIGURATION)?.content ?? "";
  }
  /** The draft, else the file. */
  text(host: string): string {
    return this.edited[host] ?? this.saved(host);
  }
  isEdited(host: string): boolean {
    const draft = this.edited[host];
    return draft !== undefined && draft !== this.saved(host);
  }
  /** The hosts whose text differs from their file. */
  get changed(): string[] {
    return Object.keys(this.edited).filter((host) => this.isEdited(host));
  }
  /** The hosts that have the file, directors first. */
  get hosts(): string[] {
    return this.session.cluster.hosts
      .filter(({ name }) => this.session.world.hosts.get(name)?.files.has(CONFIGURATION))
      .map(({ name }) => name);
  }
  set(host: string, text: string): void {
    this.edited = { ...this.edited, [host]: text };
  }
  /** Changes every file that has the place to be changed. */
  edit(change: (text: string) => string | undefined, hosts: readonly string[] = this.hosts): void {
    for (const host of hosts) {
      const text = change(this.text(host));
      if (text !== undefined) this.set(host, text);
    }
  }
  drop(): void {
    this.edited = {};
  }
  /** Saves what was edited, and has keepalived read it: the commands a person would type. */
  async apply(how: "reload" | "restart", label: string): Promise<void> {
    const inputs = this.changed.flatMap((host): Input[] => {
      const content = this.text(host);
      const command = {
        kind: "command",
        host,
        line: `systemctl ${how} keepalived`,
        label: `typed ${host} ${this.session.now}`,
        background: false,
      } as const;
      return [{ kind: "file", host, path: CONFIGURATION, content }, command];
    });
    if (inputs.length === 0) return;
    await this.session.act(inputs, label);
    this.drop();
  }
}
