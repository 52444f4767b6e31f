// Dev holds the embedded stack: what `bring-node.mjs` has for code that has types.

interface NodeSource {
  readonly npm?: string;
  readonly archive: string;
}

export const NODE_VERSION: string;
export const NODE_SOURCES: Readonly<Record<string, NodeSource>>;
export function runsTypeScript(version: string): boolean;
export function bringNode(settings: {
  readonly cacheFolder: string;
  readonly runNpm: (folder: string, args: readonly string[]) => Promise<string>;
  readonly platform?: string;
  readonly sources?: Readonly<Record<string, NodeSource>>;
}): Promise<string>;
