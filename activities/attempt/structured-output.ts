// Finds out whether the answer that ends a turn is JSON of the schema that its message has brought along (SPEC C12).
import { assertNever } from "../../core/assert-never.ts";
import { outputTexts, type StructuredOutput, unusableAnswer } from "../../core/output/structured-output.ts";
import type { JsonObject, JsonValue } from "../../core/part/part.ts";
import type { CheckedText, SchemaChecker } from "../../platform/json-schema/schema-checker.ts";
import { callsWithoutResult, type NewMessage } from "../../store/row/messages.ts";

interface CheckedAnswer extends Pick<NewMessage, "content" | "finish_reason"> {
  /** Aborted: the attempt is stopped. */
  readonly signal: AbortSignal;
}

/** Undefined: the answer calls tools, so that another one follows. Throws the signal's reason: others' checks may take long. */
export async function structuredOutput(
  checker: Pick<SchemaChecker, "check">,
  schema: JsonObject,
  { content, finish_reason, signal }: CheckedAnswer,
): Promise<StructuredOutput | undefined> {
  if (callsWithoutResult([{ content }]).some((call) => call.provider_executed !== true)) return undefined;
  const texts = outputTexts(content);
  const error = unusableAnswer(finish_reason ?? "other", texts);
  if (error !== null) return { error };
  return outputOf(await untilStopped(checker.check({ schema, texts }), signal), texts);
}

async function untilStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function outputOf(checked: CheckedText, texts: readonly string[]): StructuredOutput {
  switch (checked.type) {
    case "fits":
      // It has been parsed before.
      return { value: JSON.parse(texts[checked.place] ?? "null") as JsonValue };
    case "not-json":
      return { error: { code: "not_json", message: `The answer is not JSON: ${checked.message}.` } };
    case "misfit":
      return {
        error: {
          code: "does_not_fit",
          message: "The answer is JSON that does not fit the schema.",
          errors: checked.faults,
        },
      };
    case "faulty-schema":
      return notChecked(checked.faults[0]?.message ?? "the schema is faulty");
    case "not-checked":
      return notChecked(checked.message);
    default:
      return assertNever(checked);
  }
}

function notChecked(why: string): StructuredOutput {
  return { error: { code: "not_checked", message: `The answer could not be checked: ${why}.` } };
}
