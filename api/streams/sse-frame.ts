// Encodes server-sent events. Nothing else does.

/**
 * JSON does not escape these, but some clients split a stream at them (Python's `splitlines`, httpx's `iter_lines`), which cuts a
 * `data:` line in two and loses the event. JSON escapes all other line breaks, since they are below 0x20. In JSON text these
 * characters occur only in strings, where an escape means the same.
 */
const LINE_BREAKS = /[\u0085\u2028\u2029]/g;

export interface SseFrame {
  /** Where a reader may resume after this event. */
  readonly id?: string | null;
  /** Absent: `message`, the default of the format. */
  readonly event?: string;
  /** JSON text. It holds no line breaks, so one `data:` line is enough. */
  readonly json: string;
}

export function encodeFrame({ id = null, event, json }: SseFrame): string {
  const place = id === null ? "" : `id: ${id}\n`;
  const name = event === undefined ? "" : `event: ${event}\n`;
  return `${place}${name}data: ${json.replace(LINE_BREAKS, escapeChar)}\n\n`;
}

function escapeChar(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
