/** "stop-power" of "#compare=stop-power". */
export function pairOfFragment(fragment: string): string | undefined {
  return /^#compare=([a-z0-9-]+)$/.exec(fragment)?.[1];
}
