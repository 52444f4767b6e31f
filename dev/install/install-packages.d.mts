// Dev holds the embedded stack: what `install-packages.mjs` has for code that has types.

export function installPackages(folder: string, wants: "production" | "all"): Promise<void>;
export function runNpm(folder: string, args: readonly string[]): Promise<string>;
