// Writes docs/configuration.md from the schema of the environment.
import { ENVIRONMENT_SUBJECTS, environmentSchema, notesOf } from "./environment.ts";

const INTRODUCTION = `# Configuration

You configure Everturn with environment variables. It reads them once at start and lists all mistakes at once. An empty variable counts as not
set. \`npm run everturn -- config-docs\` writes this page from \`platform/config/environment.ts\`, and a test compares the two.
`;

/** The text of docs/configuration.md. */
export function configurationPage(): string {
  const sections = Object.entries(ENVIRONMENT_SUBJECTS).map(([subject, variables]) => {
    const rows = Object.entries(variables).map(([name, schema]) => {
      const { shown_default, description } = notesOf(schema);
      return `| \`${name}\` | ${shown_default ?? defaultOf(name)} | ${description} |`;
    });
    return `\n## ${subject}\n\n| variable | default | meaning |\n|---|---|---|\n${rows.join("\n")}\n`;
  });
  return `${INTRODUCTION}${sections.join("")}`;
}

function defaultOf(name: string): string {
  const schema = environmentSchema.shape[name as keyof typeof environmentSchema.shape];
  const parsed = schema.safeParse(undefined);
  if (!parsed.success) return "required";
  return parsed.data === undefined ? "–" : `\`${String(parsed.data)}\``;
}
