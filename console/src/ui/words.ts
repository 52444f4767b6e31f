// Times, durations, amounts and counts as people read them.

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;
const MICROS = 1_000_000;
const KIB = 1_024;
const MILLION = 1_000_000;
const THOUSAND = 1_000;

/** "just now", "5 min ago", "3 h ago", "2 d ago", then the date. */
export function agoWords(at: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(at)) / THOUSAND));
  if (seconds < MINUTE_S) return "just now";
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min ago`;
  if (seconds < DAY_S) return `${Math.floor(seconds / HOUR_S)} h ago`;
  if (seconds < 7 * DAY_S) return `${Math.floor(seconds / DAY_S)} d ago`;
  return dateWords(at);
}

/** "12 Nov 2026" in the reader's language. */
export function dateWords(at: string): string {
  return new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" }).format(
    new Date(at),
  );
}

/** Date and time of day, to the second. */
export function timeWords(at: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" }).format(
    new Date(at),
  );
}

/** "0.8 s", "12 s", "3 min 5 s", "2 h 4 min". */
export function durationWords(ms: number): string {
  const seconds = ms / THOUSAND;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < MINUTE_S) return `${whole} s`;
  if (whole < HOUR_S) return `${Math.floor(whole / MINUTE_S)} min ${whole % MINUTE_S} s`;
  return `${Math.floor(whole / HOUR_S)} h ${Math.floor((whole % HOUR_S) / MINUTE_S)} min`;
}

/** "1,234" in the reader's language. */
export function countWords(count: number): string {
  return new Intl.NumberFormat().format(count);
}

/** "950", "12.3k", "1.2M": for tokens. */
export function shortCount(count: number): string {
  if (count < THOUSAND) return String(count);
  if (count < MILLION) return `${trimmed(count / THOUSAND)}k`;
  return `${trimmed(count / MILLION)}M`;
}

/** Millionths of a dollar: "$0.0012", "$1.25". */
export function costWords(micros: number): string {
  const dollars = micros / MICROS;
  const digits = dollars !== 0 && Math.abs(dollars) < 0.1 ? 4 : 2;
  return `$${dollars.toFixed(digits)}`;
}

/** "12 B", "3.4 KiB", "5 MiB". */
export function bytesWords(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let amount = bytes / KIB;
  let at = 0;
  while (amount >= KIB && at < units.length - 1) {
    amount /= KIB;
    at += 1;
  }
  return `${trimmed(amount)} ${units[at] ?? ""}`;
}

/** "1 chat", "3 chats". */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countWords(count)} ${count === 1 ? one : many}`;
}

function trimmed(amount: number): string {
  return amount.toFixed(amount < 100 ? 1 : 0).replace(/\.0$/, "");
}
