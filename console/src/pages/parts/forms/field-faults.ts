// Sorts what is wrong with a call to the fields of a form.
import { EverturnError } from "../../../../../client/index.ts";

/**
 * Sorts what the server refused: to fields that the form has, and the rest to the form as a whole.
 * @param fields names of the form's fields
 * @param fieldOf makes the form's name from a path of the server
 */
export function faultsOf(
  error: unknown,
  fields: readonly string[],
  fieldOf: (path: string) => string = (path) => path,
): { readonly faults: Readonly<Record<string, string>>; readonly error: unknown } {
  const told = error instanceof EverturnError ? error.errors : [];
  const faults: Record<string, string> = {};
  let rest = told.length === 0;
  for (const { path, message } of told) {
    const field = fieldOf(path);
    if (fields.some((name) => field === name || field.startsWith(`${name}.`)))
      faults[field] ??= ended(message);
    else rest = true;
  }
  return { faults, error: rest ? error : null };
}

/** The server's words begin small and end without a dot; here they stand alone. */
function ended(words: string): string {
  const trimmed = words.trim();
  if (trimmed === "") return trimmed;
  const begun = trimmed[0]?.toUpperCase() + trimmed.slice(1);
  return /[.!?:…]$/.test(begun) ? begun : `${begun}.`;
}
