// The API speaks HTTP and the store; this file: the only place that writes a server-sent event.

/**
 * JSON leaves these as they are, and readers that split a stream with their language's idea of a line (Python's `splitlines`,
 * httpx's `iter_lines`) cut a `data:` line at them and lose the event. The others of that kind are below 0x20, which JSON
 * escapes. In JSON text they only stand within strings, so an escape means the same.
 */
const LINE_BREAKS = /[\u0085\u2028\u2029]/g;

export interface SseFrame {
  /** Where a reader may resume after this event; absent: not here. */
  readonly id?: string | null;
  /** Absent: `message`, as the format has it. */
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
