// Times on the page: how long ago, kept true as time passes, with the exact time as a tooltip.
import { agoWords, timeWords } from "../words.ts";
import { useRoughNow } from "./clock.ts";

export function TimeAgo({ at }: { readonly at: string }) {
  const nowMs = useRoughNow();
  return (
    <time dateTime={at} data-tooltip={timeWords(at)}>
      {agoWords(at, Math.max(nowMs, Date.parse(at)))}
    </time>
  );
}
