// The attributes by which people search turns and workspaces in Temporal. They are set at the start, and later only for a turn
// that does not end well, since every change costs an event.
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from "@temporalio/common";
import { headOf } from "../core/text/truncate.ts";
import { SEARCH_ATTRIBUTES } from "./contract.ts";

const OWNER = defineSearchAttributeKey(SEARCH_ATTRIBUTES.owner, SearchAttributeType.KEYWORD);
const MODEL = defineSearchAttributeKey(SEARCH_ATTRIBUTES.model, SearchAttributeType.KEYWORD);
const TURN = defineSearchAttributeKey(SEARCH_ATTRIBUTES.turn, SearchAttributeType.KEYWORD);
const PARENT = defineSearchAttributeKey(SEARCH_ATTRIBUTES.parent, SearchAttributeType.KEYWORD);
const TITLE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.title, SearchAttributeType.KEYWORD);
export const OUTCOME = defineSearchAttributeKey(SEARCH_ATTRIBUTES.outcome, SearchAttributeType.KEYWORD);
const WORKSPACE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.workspace, SearchAttributeType.KEYWORD);

export interface TurnAttributes {
  readonly owner_id: string;
  readonly turn_id: number;
  readonly model: string;
  /** Empty or absent: not shown. */
  readonly title?: string;
  /** Absent: it is no subagent's turn, or the namespace may not know the attribute. */
  readonly parent_chat_id?: string | undefined;
}

/** Temporal's own stores take keywords of 255 bytes. */
const KEYWORD_BYTES_MAX = 250;

export function turnSearchAttributes(turn: TurnAttributes): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: OWNER, value: turn.owner_id },
    { key: MODEL, value: headOf(turn.model, KEYWORD_BYTES_MAX) },
    { key: TURN, value: String(turn.turn_id) },
    ...(turn.parent_chat_id === undefined ? [] : [{ key: PARENT, value: turn.parent_chat_id }]),
    ...(turn.title === undefined || turn.title === ""
      ? []
      : [{ key: TITLE, value: headOf(turn.title, KEYWORD_BYTES_MAX) }]),
  ]);
}

export function describeSearchAttributes(owner_id: string): TypedSearchAttributes {
  return new TypedSearchAttributes([{ key: OWNER, value: owner_id }]);
}

export function workspaceSearchAttributes(workspace: {
  readonly owner_id: string;
  readonly workspace_id: string;
}): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: OWNER, value: workspace.owner_id },
    { key: WORKSPACE, value: workspace.workspace_id },
  ]);
}
