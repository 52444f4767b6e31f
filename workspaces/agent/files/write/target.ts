// A file that is to be written.
import type { Stats } from "node:fs";
import type { OpenFolder, Root } from "../place/root.ts";

export interface Target {
  readonly root: Root;
  readonly folder: OpenFolder;
  readonly name: string;
  /** For words. */
  readonly relative: string;
  /** Of the file to be replaced, whose mode and owner are kept; null for a new one. */
  readonly stats: Stats | null;
}
