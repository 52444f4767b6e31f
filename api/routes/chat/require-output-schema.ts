// Refuses an output schema that answers could not be checked against (SPEC C12).
import { Refusal } from "../../../core/chat/refusal.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import type { ApiDeps } from "../../deps.ts";

/** Throws `Refusal` `invalid_request`. */
export async function requireOutputSchema(
  { schemas }: Pick<ApiDeps, "schemas">,
  schema: JsonObject | undefined,
): Promise<void> {
  if (schema === undefined) return;
  const faults = await schemas.faultsOf(schema);
  if (faults.length === 0) return;
  const errors = faults.map(({ path, message }) => ({
    path: path === "" ? "output_schema" : `output_schema.${path}`,
    message,
  }));
  throw new Refusal("invalid_request", undefined, errors);
}
