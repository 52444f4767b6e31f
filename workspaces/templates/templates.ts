// The templates in a folder (EVERTURN_TEMPLATES_DIR). A request reads the folder again if the last result is too old.
import { readdir, realpath } from "node:fs/promises";
import path from "node:path";
import type { TemplateFault, TemplateShelf } from "../../core/workspace/template.ts";
import { readTemplateFolder, type TemplateFolder } from "./template-folder.ts";
import { shelfFreshMs, templatesMax } from "./template-limits.ts";

interface Look {
  readonly folders: readonly TemplateFolder[];
  /** Faults of the templates' folder itself. */
  readonly faults: readonly TemplateFault[];
}

/**
 * The templates in `folder`. A faulty template is left out and its faults are returned; the others work. A missing folder is one fault
 * and no templates. `nowMs` is a clock that only goes forward.
 */
export function createTemplateShelf(folder: string, nowMs = () => performance.now()): TemplateShelf {
  let last: { readonly at_ms: number; readonly look: Promise<Look> } | null = null;
  // Requests at the same time share one reading.
  const look = (): Promise<Look> => {
    const now = nowMs();
    if (last === null || now - last.at_ms >= shelfFreshMs) {
      last = { at_ms: now, look: lookAt(path.resolve(folder)) };
    }
    return last.look;
  };
  return {
    async list() {
      const { folders, faults } = await look();
      const templates = folders.flatMap(({ template }) => (template === null ? [] : [template]));
      return { templates, faults: [...faults, ...folders.flatMap((each) => each.faults)] };
    },
    async read(name) {
      const found = (await look()).folders.find((each) => each.name === name);
      if (found === undefined) return null;
      const { template, faults, readme } = found;
      return { template, faults, readme };
    },
  };
}

function shelfFault(message: string): TemplateFault {
  return { template: "", file: "", path: "", message };
}

async function lookAt(folder: string): Promise<Look> {
  let names: readonly string[];
  let root: string;
  try {
    root = await realpath(folder);
    names = await folderNames(root);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    return { folders: [], faults: [shelfFault(`the templates' folder (EVERTURN_TEMPLATES_DIR) ${why}`)] };
  }
  const shown = names.slice(0, templatesMax);
  const faults =
    names.length > shown.length
      ? [shelfFault(`there are ${names.length} folders; the first ${templatesMax} by name are read`)]
      : [];
  const folders: TemplateFolder[] = [];
  // One after the other: 200 folders at once would use all threads for file access.
  for (const name of shown) folders.push(await readTemplateFolder(root, name));
  return { folders, faults };
}

/** Folders and links to folders. Plain files and hidden folders are no templates. */
async function folderNames(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.name.startsWith(".") && (entry.isDirectory() || entry.isSymbolicLink()))
    .map(({ name }) => name)
    .sort();
}
