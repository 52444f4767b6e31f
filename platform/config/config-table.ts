// Platform knows the process and its surroundings: the reference page of the environment, written from the schema itself.
import { environmentSchema, notesOf } from "./environment.ts";

const INTRODUCTION = `# Configuration

Everturn is configured by its environment, parsed once at start; every fault is listed at once. Empty variables count as
not set. This page is written by \`npm run everturn -- config-docs\` from \`platform/config/environment.ts\`; a test compares the two.

| variable | default | meaning |
|---|---|---|
`;

/** The text of docs/configuration.md. */
export function configurationPage(): string {
  const rows = Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const about = notesOf(schema);
    return `| \`${name}\` | ${about.shown_default ?? defaultOf(name)} | ${about.description} |`;
  });
  return `${INTRODUCTION}${rows.join("\n")}\n`;
}

function defaultOf(name: string): string {
  const schema = environmentSchema.shape[name as keyof typeof environmentSchema.shape];
  const parsed = schema.safeParse(undefined);
  if (!parsed.success) return "required";
  return parsed.data === undefined ? "–" : `\`${String(parsed.data)}\``;
}
