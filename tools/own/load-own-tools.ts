// Loads the modules of a folder when a worker starts. A faulty one is left out and named; the others stay.
import type { Logger } from "pino";
import { headOf } from "../../core/text/truncate.ts";
import { isBuiltInTool } from "../../core/tool/built-in-tools.ts";
import type { ModuleFault, OwnToolsReport } from "../../core/tool/own-tools-report.ts";
import { findTool } from "../registry.ts";
import type { Tool } from "../tool.ts";
import { ToolError } from "../tool-error.ts";
import type { ToolSource } from "../tools-of.ts";
import { type FoundModule, findModules } from "./find-modules.ts";
import {
  importMs as defaultImportMs,
  stopMs as defaultStopMs,
  descriptionShownBytesMax,
  importsAtOnce,
  ownToolsMax,
  printedCharsPerMinute,
} from "./limits.ts";
import { type Loaded, type ModuleThread, startModuleThread } from "./module-thread.ts";
import { ownTool } from "./own-tool.ts";

export interface OwnTools {
  readonly source: ToolSource;
  readonly find: (name: string) => Tool | undefined;
  /** What the others are told; null: there is no folder of own tools. */
  readonly report: OwnToolsReport | null;
  readonly close: () => Promise<void>;
}

export interface LoadOwnToolsInput {
  /** Undefined: the deployment has no own tools. */
  readonly folder: string | undefined;
  readonly logger: Logger;
  /** Shorter in tests. */
  readonly importMs?: number;
  readonly stopMs?: number;
}

export async function loadOwnTools(input: LoadOwnToolsInput): Promise<OwnTools> {
  const { folder } = input;
  const { tools, faults, close } = folder === undefined ? NONE : await loadFolder({ ...input, folder });
  const report = folder === undefined ? null : reportOf(tools, faults);
  return {
    source: { toolsOf: () => Promise.resolve(tools) },
    find: (name) => tools.find((tool) => tool.name === name),
    report,
    close,
  };
}

function reportOf(tools: readonly Tool[], faults: readonly ModuleFault[]): OwnToolsReport {
  const described = tools.map(({ name, description, flags: all }) => {
    const { own: _, ...flags } = all;
    return { name, description: headOf(description, descriptionShownBytesMax), flags };
  });
  return { tools: described, faults };
}

interface LoadedFolder {
  readonly tools: readonly Tool[];
  readonly faults: readonly ModuleFault[];
  readonly close: () => Promise<void>;
}

const NONE: LoadedFolder = { tools: [], faults: [], close: () => Promise.resolve() };

async function loadFolder(input: LoadOwnToolsInput & { readonly folder: string }): Promise<LoadedFolder> {
  const { folder, logger, stopMs = defaultStopMs } = input;
  const { modules: found, faults: unread } = await findModules(folder);
  const modules = found.map((module) => openModule(module, input));
  const loads = await loadAll(modules);
  const faults = [...unread];
  const tools: Tool[] = [];
  for (const [at, module] of modules.entries()) {
    const loaded = loads[at] as Loaded;
    const fault = loaded.type === "faulty" ? loaded.message : clashOf(loaded, tools);
    if (loaded.type === "loaded" && fault === null) {
      tools.push(...loaded.tools.map((described) => ownTool(described, { threadOf: module.thread, stopMs })));
      continue;
    }
    faults.push({ module: module.name, message: String(fault) });
    logger.warn(
      { module: module.name, ...(loaded.type === "faulty" && { error: loaded.error }) },
      `own tools: module left out: ${fault}`,
    );
    await module.close();
  }
  for (const { module, message } of unread) logger.warn({ module }, `own tools: ${message}`);
  logger.info({ folder, tools: tools.map(({ name }) => name) }, "own tools loaded");
  return {
    tools,
    faults,
    close: async () => void (await Promise.all(modules.map((module) => module.close()))),
  };
}

/** Why the tools cannot stand beside those that are there; null: they can. */
function clashOf({ tools }: Extract<Loaded, { type: "loaded" }>, taken: readonly Tool[]): string | null {
  const names = new Set(taken.map(({ name }) => name));
  for (const { name } of tools) {
    if (isBuiltInTool(name) || findTool(name) !== undefined) return `${name} is the name of a built-in tool`;
    if (names.has(name)) return `${name} is the name of another own tool`;
    names.add(name);
  }
  return names.size > ownToolsMax ? `a worker has at most ${ownToolsMax} own tools` : null;
}

interface Module {
  readonly name: string;
  /** The living thread, or a new one. Throws `ToolError`. */
  readonly thread: () => Promise<ModuleThread>;
  readonly load: () => Promise<Loaded>;
  readonly close: () => Promise<void>;
}

function openModule(module: FoundModule, { logger, importMs = defaultImportMs }: LoadOwnToolsInput): Module {
  const onPrint = createPrinter(module.name, logger);
  const threads = new Set<ModuleThread>();
  let current: ModuleThread | undefined;
  const start = () => {
    if (current === undefined || current.isRetired) {
      current = startModuleThread(module, { importMs, onPrint });
      const started = current;
      threads.add(started);
      void started.ended.then(() => threads.delete(started));
    }
    return current;
  };
  return {
    name: module.name,
    load: () => start().loaded,
    async thread() {
      const thread = start();
      const loaded = await thread.loaded;
      if (loaded.type === "loaded") return thread;
      logger.warn(
        { module: module.name, error: loaded.error },
        `own tools: not loaded again: ${loaded.message}`,
      );
      throw new ToolError("The tool's module could not be loaded. The call was not made.");
    },
    close: async () => void (await Promise.all([...threads].map((thread) => thread.end()))),
  };
}

/** A few side by side, in the order of their names. */
async function loadAll(modules: readonly Module[]): Promise<readonly Loaded[]> {
  const loads: Loaded[] = [];
  const queue = modules.entries();
  const loadSome = async () => {
    for (const [at, module] of queue) loads[at] = await module.load();
  };
  await Promise.all(Array.from({ length: importsAtOnce }, loadSome));
  return loads;
}

/** What a module prints goes into the log, up to a bound: a log may cost money. */
function createPrinter(module: string, logger: Logger): (text: string) => void {
  let left = printedCharsPerMinute;
  let renewAt = 0;
  return (text) => {
    const now = Date.now();
    if (now >= renewAt) {
      left = printedCharsPerMinute;
      renewAt = now + 60_000;
    }
    const shown = text.slice(0, left).trimEnd();
    left -= Math.min(left, text.length);
    if (shown !== "") logger.info({ module }, shown);
  };
}
