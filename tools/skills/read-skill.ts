// Reads a skill, or a file of it, for the model (SPEC C2). Nothing outside the skill's folder is read.
import { z } from "zod";
import { isBlank } from "../../core/text/blank.ts";
import { quoted } from "../../core/text/quoted.ts";
import { headOf } from "../../core/text/truncate.ts";
import { AgentError } from "../../workspaces/agent/api.ts";
import {
  type ContextFiles,
  folderFiles,
  isMissing,
  type ReadText,
  readText,
} from "../context/context-files.ts";
import { defineTool } from "../define-tool.ts";
import { pathSchema } from "../files/path-schema.ts";
import type { ToolContext } from "../tool.ts";
import { ToolError } from "../tool-error.ts";
import { workspaceAgent } from "../workspace/chat-workspace-of.ts";
import {
  pathOfSkill,
  type SkillsFolder,
  skillFileBytesMax,
  skillFolders,
  skillsFoldersOf,
} from "./find-skills.ts";
import { parseSkill, skillName } from "./skill-file.ts";

/** Of one result: below what a tool result may hold, so that nothing is cut twice. */
const shownBytesMax = 48 * 1024;
/** Files of a skill that are named with its body. */
const filesNamedMax = 50;

const offset = z
  .int()
  .min(0)
  .optional()
  .describe("Where to go on, as next_offset of an earlier result said. Default 0.");

/** `read_skill`: `{name, path, content, files, truncated, next_offset?}`. */
export const readSkill = defineTool({
  name: "read_skill",
  description:
    "Reads the instructions of a skill, and names its files. Read a skill before you do what it is for.",
  schema: z.strictObject({ name: skillName.describe("As the list of skills has it."), offset }),
  runs_in: "workspace",
  flags: { read_only: true },
  async run({ name, offset: from = 0 }, context) {
    const { folder, path, skill } = await findSkill(context, name);
    const files = from > 0 ? {} : { files: await filesOf(folder, path, context.signal) };
    const shown = shownFrom(skill.body, from);
    return { result: { name, path, ...shown, ...files }, is_error: false, truncated: shown.truncated };
  },
});

/** `read_skill_file`: `{name, path, content, truncated, next_offset?}`. */
export const readSkillFile = defineTool({
  name: "read_skill_file",
  description: "Reads a text file of a skill, such as a reference or a script that its instructions name.",
  schema: z.strictObject({
    name: skillName.describe("As the list of skills has it."),
    path: pathSchema.describe("File, relative to the skill's folder."),
    offset,
  }),
  runs_in: "workspace",
  flags: { read_only: true },
  async run({ name, path: asked, offset: from = 0 }, context) {
    const found = await findSkill(context, name);
    const { text } = await readOf(found, asked, context.signal);
    const shown = shownFrom(text, from);
    return { result: { name, path: asked, ...shown }, is_error: false, truncated: shown.truncated };
  },
});

interface FoundSkill {
  readonly folder: SkillsFolder;
  /** Of the skill's folder in its place. */
  readonly path: string;
  /** The same with links followed. */
  readonly realPath: string;
  readonly skill: { readonly description: string; readonly body: string };
}

/** The first skill of that name. Throws `ToolError`. */
async function findSkill(context: ToolContext, name: string): Promise<FoundSkill> {
  const { folders, fault } = await foldersOf(context);
  const { skills = null } = context;
  const isThere = skills === null || skills.includes(name);
  for (const folder of isThere ? folders : []) {
    const found = await loadSkill(folder, name, context.signal);
    if (found !== null) return found;
  }
  // The skill may be there, but where it is cannot be reached now.
  if (fault !== null && isThere) throw fault;
  const names = new Set<string>();
  for (const folder of folders) {
    for (const each of await skillFolders(folder, context.signal).catch(() => []))
      if (skills === null || skills.includes(each)) names.add(each);
  }
  const known = [...names].slice(0, filesNamedMax).join(", ");
  throw new ToolError(`There is no skill ${name}.`, known === "" ? undefined : `The skills are: ${known}.`);
}

/** Where skills of the chat may be, and why its workspace cannot be reached. */
async function foldersOf(
  context: ToolContext,
): Promise<{ folders: SkillsFolder[]; fault: ToolError | null }> {
  const { projectRoot, deploymentSkills = null } = context;
  const folders: SkillsFolder[] = [];
  let fault: ToolError | null = null;
  if (projectRoot !== null) {
    folders.push(...skillsFoldersOf("project", folderFiles(projectRoot, "project folder")));
  } else {
    try {
      folders.push(...skillsFoldersOf("workspace", (await workspaceAgent(context)).files));
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      fault = error;
    }
  }
  if (deploymentSkills !== null) folders.push(...skillsFoldersOf("deployment", deploymentSkills));
  return { folders, fault };
}

async function loadSkill(
  folder: SkillsFolder,
  name: string,
  signal: AbortSignal,
): Promise<FoundSkill | null> {
  const path = pathOfSkill(folder, name);
  let read: ReadText;
  try {
    read = await readText(folder.files, { path: `${path}/SKILL.md`, bytesMax: skillFileBytesMax }, signal);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  if (read.bytes > skillFileBytesMax) throw new ToolError(`The skill ${name} is larger than 512 KiB.`);
  const skill = parseSkill(read.text, name);
  if (!skill.ok) throw new ToolError(`The skill ${name} is broken: ${skill.message}.`);
  const realPath = (await folder.files.stat({ path }, signal)).path;
  return { folder, path, realPath, skill };
}

/** A file of the skill. Throws `ToolError` where the path, or a link on it, leads out of the skill's folder. */
async function readOf(
  { folder, path, realPath }: FoundSkill,
  asked: string,
  signal: AbortSignal,
): Promise<ReadText> {
  if (asked.startsWith("/") || asked.split("/").includes("..")) throw outside(asked);
  const file = `${path}/${asked}`;
  const real = (await folder.files.stat({ path: file }, signal)).path;
  if (!real.startsWith(`${realPath}/`)) throw outside(asked);
  const read = await readText(folder.files, { path: real, bytesMax: skillFileBytesMax }, signal);
  if (read.bytes > skillFileBytesMax) {
    throw new ToolError(
      `${quoted(asked)} is larger than 512 KiB.`,
      "Use a tool of the workspace to read parts of it.",
    );
  }
  return read;
}

function outside(asked: string): ToolError {
  return new ToolError(
    `${quoted(asked)} is not in the skill's folder.`,
    "Give a path relative to that folder.",
  );
}

/** Names below the skill's folder, two levels deep. */
async function filesOf(folder: SkillsFolder, path: string, signal: AbortSignal): Promise<string[]> {
  const { files } = folder;
  const names: string[] = [];
  for (const { name, type } of await entriesOf(files, path, signal)) {
    if (type === "file" && name !== "SKILL.md") names.push(name);
    if (type !== "dir" || names.length >= filesNamedMax) continue;
    const inner = await entriesOf(files, `${path}/${name}`, signal);
    names.push(...inner.map((entry) => `${name}/${entry.name}${entry.type === "dir" ? "/" : ""}`));
  }
  return names.slice(0, filesNamedMax);
}

/** What cannot be listed is not named; the skill can be read all the same. */
async function entriesOf(files: ContextFiles, path: string, signal: AbortSignal) {
  try {
    return (await files.listDir({ path }, signal)).entries;
  } catch (error) {
    if (error instanceof AgentError) return [];
    throw error;
  }
}

function shownFrom(text: string, from: number) {
  const rest = text.slice(from);
  if (from > 0 && isBlank(rest)) throw new ToolError("There is nothing more from that offset on.");
  const content = headOf(rest.toWellFormed(), shownBytesMax);
  const truncated = content.length < rest.length;
  return { content, truncated, ...(truncated && { next_offset: from + content.length }) };
}
