// What an attempt whose worker died had checkpointed of its answer: the next attempt goes on from it, or it is committed as
// it is. After a model error there is nothing of the kind: its retry is an activity of its own (SPEC X7).

import { parseEpisode } from "../../core/part/stream-part.ts";
import { type KeptAnswer, keepAnswer } from "../../core/prompt/kept-answer.ts";
import type { ModelRequest, Provider } from "../../models/provider.ts";
import type { NewMessage } from "../../store/row/messages.ts";
import type { Fence } from "../../store/unit.ts";
import type { OpenPart, ReadLostParts } from "../stream/open-part-stream.ts";
import { type Answer, answerFromParts } from "./answer.ts";

interface LostDeps {
  readonly readLostParts: ReadLostParts;
}

/** A checkpoint of an earlier history is no part of this answer. */
async function readLost({ readLostParts }: LostDeps, chatId: string, fence: Fence) {
  const lost = await readLostParts(chatId);
  const isOfThis = lost !== null && parseEpisode(lost.episode)?.history_version === fence.history_version;
  return isOfThis ? lost : null;
}

export interface LostAnswerInput {
  readonly chat_id: string;
  readonly fence: Fence;
  readonly finish_reason: "interrupted" | "error";
}

/** The message that the lost attempt had come to; null when nothing was checkpointed. */
export async function lostAnswer(
  deps: LostDeps,
  { chat_id, fence, finish_reason }: LostAnswerInput,
): Promise<NewMessage | null> {
  const lost = await readLost(deps, chat_id, fence);
  if (lost === null) return null;
  return { ...answerFromParts(lost.parts, lost.episode, new Date().toISOString()), finish_reason };
}

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
export async function continueLostAnswer(deps: LostDeps, input: TakeOver): Promise<KeptAnswer | null> {
  const { chat_id, fence, provider, request, answer, parts } = input;
  const continuable = provider.continuable(request);
  if (continuable === "nothing") return null;
  const lost = await readLost(deps, chat_id, fence);
  const kept = lost === null ? null : keepAnswer(lost.parts, continuable);
  if (kept === null) return null;
  answer.keep(kept);
  for (const { index, part } of kept.parts) parts.push(index, part);
  return kept;
}
