// Validates input by schemas, and names every fault by its path.
import type { z } from "zod";
import { Refusal, type RefusalCode } from "../../core/chat/refusal.ts";
import { type Fault, type FieldPath, faultsOfInput } from "./check-input.ts";
import { faultsOf } from "./fault-words.ts";

export interface ValidateSettings {
  /** Absent: `invalid_request`. An id that cannot exist is not found instead. */
  readonly code?: RefusalCode;
  /** Fields that are stored as JSON, which may contain any text. */
  readonly anyText?: readonly FieldPath[] | undefined;
}

/** The parsed value. Throws `Refusal` with the code and the path of every fault, at most 50. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  { code = "invalid_request", anyText }: ValidateSettings = {},
): z.output<Schema> {
  const impossible = faultsOfInput(value, anyText);
  if (impossible.length > 0) throw refusalOf(code, impossible);
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw refusalOf(code, faultsOf(parsed.error.issues));
}

function refusalOf(code: RefusalCode, faults: readonly Fault[]): Refusal {
  if (code !== "invalid_request") return new Refusal(code);
  const [first] = faults;
  return new Refusal(code, first && `${first.path || "body"}: ${first.message}`, faults);
}
