// Tests: what a stream sends, held against the documented schemas.
import type { EventSpec } from "../../../api/schemas/stream-events.ts";

/** What is wrong with an event; null: it is as its schema says, without a field more. */
export function faultOfEvent(
  events: Readonly<Record<string, EventSpec>>,
  type: string,
  data: unknown,
): string | null {
  const spec = events[type];
  if (spec === undefined) return `no such event: ${type}`;
  const parsed = spec.data.safeParse(data);
  return parsed.success ? null : `${type} differs from its schema: ${parsed.error.message}`;
}

/** @throws Error when the event is not as its schema says */
export function checkEvent(...event: Parameters<typeof faultOfEvent>): void {
  const fault = faultOfEvent(...event);
  if (fault !== null) throw new Error(fault);
}
