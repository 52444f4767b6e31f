// How long something still waits, counted down.
import { useNow } from "../../ui/shown/clock.ts";
import { durationWords } from "../words.ts";

interface CountdownProps {
  readonly until: string;
  readonly before: string;
  /** What is said when the time is over. */
  readonly over: string;
}

export function Countdown({ until, before, over }: CountdownProps) {
  const left = Date.parse(until) - useNow();
  if (!Number.isFinite(left)) return null;
  return <span>{left <= 0 ? over : `${before} ${durationWords(Math.ceil(left / 1_000) * 1_000)}`}</span>;
}
