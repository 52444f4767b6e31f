// A file that will be written.
import type { Stats } from "node:fs";
import type { OpenFolder, Root } from "../place/root.ts";

export interface Target {
  readonly root: Root;
  readonly folder: OpenFolder;
  readonly name: string;
  /** For messages. */
  readonly relative: string;
  /** Of the file that is replaced, whose mode and owner are kept; null for a new file. */
  readonly stats: Stats | null;
}
