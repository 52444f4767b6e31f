// Finds programs on PATH, as a shell does.
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The first suitable program with this name in the folders of `env`'s PATH that may be run; null if there is none. */
export function onPath(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
  isFit: (file: string) => boolean = () => true,
): string | null {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, program)).find((file) => isFit(file) && mayRun(file)) ?? null;
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
