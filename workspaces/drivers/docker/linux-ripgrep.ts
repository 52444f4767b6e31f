// The ripgrep binary that runs in the engine's containers: this machine's own, or, where the engine is of another kind, the
// one that the same version of the package has for it.
import { createRequire } from "node:module";
import * as z from "zod";
import { WorkspaceError } from "../../driver.ts";

const require = createRequire(import.meta.url);
const packageFile = z.object({ version: z.string() });

export interface Ripgrep {
  readonly path: string;
  readonly version: string;
}

/** Architectures in Go's words, which engines use, and in Node's. */
const architectures: Readonly<Record<string, string>> = { amd64: "x64", arm64: "arm64" };

export async function linuxRipgrep(engineArch: string, _cache: string): Promise<Ripgrep> {
  const arch = architectures[engineArch];
  const name = `@vscode/ripgrep-linux-${arch}`;
  try {
    const { version } = packageFile.parse(require(`${name}/package.json`));
    return { path: require.resolve(`${name}/bin/rg`), version };
  } catch {
    throw new WorkspaceError("sandbox_missing", `There is no ripgrep for linux/${engineArch}.`);
  }
}
