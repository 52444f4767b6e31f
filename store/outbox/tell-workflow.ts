// Writes the outbox rows with which transitions tell a chat's workflow.

import { addToOutbox, type Draft } from "../unit.ts";
import type { OutboxKind } from "./outbox.ts";

/** What the workflow is told. `model` appears in Temporal if this starts a run. */
export interface TellWorkflowInput {
  readonly kind: OutboxKind;
  readonly signal: string;
  readonly model?: string;
  /** When the relay may deliver the row, if nobody delivers it at once. */
  readonly relay_after_ms?: number;
}

/** Writes a start or signal that names the turn and the version of this change. */
export async function tellWorkflow(
  draft: Draft,
  { kind, signal, model = "", relay_after_ms }: TellWorkflowInput,
): Promise<void> {
  const { before, change } = draft;
  await addToOutbox(draft.unit, {
    chat_id: before.id,
    kind,
    signal,
    ...(relay_after_ms !== undefined && { relay_after_ms }),
    payload: {
      owner_id: before.owner_id,
      turn_id: change.current_turn_id ?? before.current_turn_id ?? 0,
      version: draft.version,
      title: change.title ?? before.title,
      model,
      ...(before.parent_chat_id !== null && { parent_chat_id: before.parent_chat_id }),
    },
  });
}
