// Finds the modules of a folder: its files at the top, and the `index` of each folder in it.
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { ModuleFault } from "../../core/tool/own-tools-report.ts";
import { modulesMax } from "./limits.ts";

const EXTENSIONS = [".js", ".mjs", ".ts", ".mts"] as const;
const NO_MODULE = /\.d\.m?ts$|\.test\.m?[jt]s$/;

export interface FoundModule {
  /** Relative to the folder: how people and logs call it. */
  readonly name: string;
  readonly path: string;
}

/** In the order of their names. Names that begin with `.` or `_` are left out, as are tests and declarations. */
export async function findModules(
  folder: string,
): Promise<{ readonly modules: readonly FoundModule[]; readonly faults: readonly ModuleFault[] }> {
  let names: readonly string[];
  try {
    names = (await readdir(folder)).filter((name) => !/^[._]/.test(name) && name !== "node_modules").sort();
  } catch {
    return { modules: [], faults: [{ module: "EVERTURN_TOOLS_DIR", message: "the folder cannot be read" }] };
  }
  const found = (await Promise.all(names.map((name) => moduleAt(folder, name)))).filter(
    (one) => one !== null,
  );
  const faults = found.slice(modulesMax).map(({ name }) => ({
    module: name,
    message: `a folder has at most ${modulesMax} modules`,
  }));
  return { modules: found.slice(0, modulesMax), faults };
}

async function moduleAt(folder: string, name: string): Promise<FoundModule | null> {
  if (isModule(name)) {
    const file = path.resolve(folder, name);
    return (await isFile(file)) ? { name, path: file } : null;
  }
  for (const extension of EXTENSIONS) {
    const inner = `${name}/index${extension}`;
    const file = path.resolve(folder, inner);
    if (await isFile(file)) return { name: inner, path: file };
  }
  return null;
}

function isModule(name: string): boolean {
  return EXTENSIONS.some((extension) => name.endsWith(extension)) && !NO_MODULE.test(name);
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
