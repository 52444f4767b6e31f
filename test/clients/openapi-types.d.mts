// Types of the file beside this one: the package's own would bring a second compiler into the check.
export default function generate(
  document: string,
  options: { readonly immutable: boolean; readonly defaultNonNullable: boolean },
): Promise<unknown>;
export function astToString(ast: unknown): string;
