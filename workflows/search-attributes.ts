// Workflows are deterministic. This file: what people can search turns and workspaces by in Temporal; set at start only, since every
// later change costs an event.
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from "@temporalio/common";
import { SEARCH_ATTRIBUTES } from "./contract.ts";

const OWNER = defineSearchAttributeKey(SEARCH_ATTRIBUTES.owner, SearchAttributeType.KEYWORD);
const MODEL = defineSearchAttributeKey(SEARCH_ATTRIBUTES.model, SearchAttributeType.KEYWORD);
const TURN = defineSearchAttributeKey(SEARCH_ATTRIBUTES.turn, SearchAttributeType.KEYWORD);
const WORKSPACE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.workspace, SearchAttributeType.KEYWORD);

export interface TurnAttributes {
  readonly owner_id: string;
  readonly turn_id: number;
  readonly model: string;
}

export function turnSearchAttributes(turn: TurnAttributes): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: OWNER, value: turn.owner_id },
    { key: MODEL, value: turn.model },
    { key: TURN, value: String(turn.turn_id) },
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
