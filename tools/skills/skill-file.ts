// Reads a SKILL.md: its front matter, and the body that a model reads (the open Agent Skills format,
// https://agentskills.io/specification).
import { Lexer, parseDocument } from "yaml";
import { z } from "zod";
import { isBlank } from "../../core/text/blank.ts";
import { utf8Length } from "../../core/text/truncate.ts";

/** Of the format: small letters, digits and single hyphens. */
export const skillName = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "must be small letters, digits and single hyphens");

/** A front matter has a few lines. Parsing it must not hold up others. */
const frontMatterBytesMax = 16 * 1024;
/**
 * Pieces of it, such as names, marks and line ends: some hundred lines. What takes the parser long is not many bytes but many pieces,
 * as lists in lists, or keys that it compares with each other. Fewer than these are parsed in a few milliseconds.
 */
const frontMatterTokensMax = 1_000;
/** Aliases may be expanded so often: more is an attack. */
const aliasesMax = 100;
const descriptionCharsMax = 1_024;

const frontMatter = z.object({
  name: skillName,
  description: z
    .string()
    .max(descriptionCharsMax)
    .refine((text) => !isBlank(text), "must say something"),
});

export type ParsedSkill =
  | { readonly ok: true; readonly description: string; readonly body: string }
  | { readonly ok: false; readonly message: string };

/** @param folder the name of its folder, which must be the skill's own */
export function parseSkill(text: string, folder: string): ParsedSkill {
  const [, head, body] =
    /^\ufeff?---[ \t]*\r?\n([\s\S]*?\r?\n)?---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(text) ?? [];
  if (head === undefined) return fault("it does not begin with a front matter between two lines ---");
  if (utf8Length(head) > frontMatterBytesMax) return fault("its front matter is larger than 16 KiB");
  if (hasTooManyTokens(head)) return fault("its front matter has too many parts");
  const read = readYaml(head);
  if (!read.ok) return fault(`its front matter is no YAML: ${read.message}`);
  const parsed = frontMatter.safeParse(read.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fault(`${issue?.path.join(".") || "its front matter"}: ${issue?.message ?? "is wrong"}`);
  }
  const { name, description } = parsed.data;
  if (name !== folder) return fault(`its name ${name} is not that of its folder`);
  return { ok: true, description: description.toWellFormed(), body: body ?? "" };
}

/** Takes text apart only as far as it may go. */
function hasTooManyTokens(text: string): boolean {
  let left = frontMatterTokensMax;
  for (const _ of new Lexer().lex(text)) if (left-- === 0) return true;
  return false;
}

function readYaml(text: string) {
  try {
    const document = parseDocument(text, { prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined) return { ok: false, message: firstLine(error.message) } as const;
    return { ok: true, value: document.toJS({ maxAliasCount: aliasesMax }) as unknown } as const;
  } catch (error) {
    return { ok: false, message: firstLine((error as Error).message) } as const;
  }
}

function firstLine(text: string): string {
  return (text.split("\n", 1)[0] ?? "").slice(0, 200);
}

function fault(message: string): ParsedSkill {
  return { ok: false, message };
}
