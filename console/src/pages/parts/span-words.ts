// How long a call took.
import { durationWords } from "../../ui/words.ts";

/** To the millisecond below a second: HTTP calls are often that short. */
export function spanWords(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : durationWords(ms);
}
