// Whether arguments that a person has edited fit the tool's schema.
import { z } from "zod";
import type { JsonObject, JsonValue } from "../../../core/part/part.ts";

export interface EditedArgsFault {
  readonly path: string;
  readonly message: string;
}

/** The first few are enough to correct the arguments. */
const faultsNamedMax = 10;

/** Empty: they fit. A schema beyond what can be checked here says nothing: the tool checks its arguments itself, too. */
export function argsFaults(schema: JsonObject, args: JsonObject): readonly EditedArgsFault[] {
  let checked: z.ZodType;
  try {
    checked = z.fromJSONSchema(withoutPatterns(schema) as Parameters<typeof z.fromJSONSchema>[0]);
  } catch {
    return [];
  }
  const { success, error } = checked.safeParse(args);
  if (success) return [];
  return error.issues
    .slice(0, faultsNamedMax)
    .map(({ path, message }) => ({ path: path.map(String).join("."), message }));
}

/** A schema may come from strangers, and a regular expression of theirs could run for hours. */
function withoutPatterns(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((item) => withoutPatterns(item) as JsonValue);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value as JsonObject).filter(
    ([key, inner]) => !(key === "pattern" && typeof inner === "string") && key !== "patternProperties",
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutPatterns(inner)]));
}
