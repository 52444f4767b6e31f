// One activity per file. This file: what an attempt at an answer takes over from the one before it, whose worker died or was
// told to end. A model error is no such end: its retry is an activity of its own, which finds nothing (SPEC X7).

import { parseEpisode } from "../../core/part/stream-part.ts";
import { type KeptAnswer, keepAnswer } from "../../core/prompt/kept-answer.ts";
import type { ModelRequest, Provider } from "../../models/provider.ts";
import type { Fence } from "../../store/turn/transition.ts";
import type { OpenPart, ReadLostParts } from "../stream/open-part-stream.ts";
import type { Answer } from "./answer.ts";

export interface TakeOver {
  readonly chat_id: string;
  readonly fence: Fence;
  readonly provider: Provider;
  readonly request: ModelRequest;
  readonly answer: Answer;
  readonly parts: Pick<OpenPart, "push">;
}

/**
 * Puts what can be kept of the lost answer into `answer` and shows it; null when the answer begins anew. Until the heartbeat
 * holds it again it holds the old checkpoint, whose spill rows stay until the commit: another death loses nothing.
 */
export async function keepLostAnswer(
  { readLostParts }: { readonly readLostParts: ReadLostParts },
  { chat_id, fence, provider, request, answer, parts }: TakeOver,
): Promise<KeptAnswer | null> {
  const continuable = provider.continuable(request);
  if (continuable === "nothing") return null;
  const lost = await readLostParts(chat_id);
  // A checkpoint of an earlier history is none of this answer's.
  if (lost === null || parseEpisode(lost.episode)?.history_version !== fence.history_version) return null;
  const kept = keepAnswer(lost.parts, continuable);
  if (kept === null) return null;
  answer.keep(kept);
  for (const { index, part } of kept.parts) parts.push(index, part);
  return kept;
}
