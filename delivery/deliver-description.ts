// Starts the workflow that describes a chat, or tells the one that runs.
import type { Client } from "@temporalio/client";
import { headOf } from "../core/text/truncate.ts";
import type { OutboxRow } from "../store/outbox/outbox.ts";
import {
  DESCRIBE,
  DESCRIBE_CHAT,
  type DescribeChatInput,
  type DescribeSignalInput,
  describeWorkflowId,
} from "../workflows/contract.ts";
import { describeSearchAttributes } from "../workflows/search-attributes.ts";

export interface DescriptionOptions {
  readonly taskQueue: string;
  readonly showTitles: boolean;
  readonly consoleUrl: string | null;
}

/** Its own workflow, never a child of the turn: neither waits for the other or ends with it (SPEC M2). */
export async function deliverDescription(
  client: Client,
  { chat_id, payload }: OutboxRow,
  { taskQueue, showTitles, consoleUrl }: DescriptionOptions,
): Promise<void> {
  const { owner_id, turn_id } = payload;
  const title = showTitles ? payload.title : "";
  const input: DescribeChatInput = { chat_id, owner_id, title };
  const wish: DescribeSignalInput = {
    turn_id,
    ...(payload.describe ?? { title_version: null, summary: false }),
  };
  await client.workflow.signalWithStart(DESCRIBE_CHAT, {
    workflowId: describeWorkflowId(chat_id),
    taskQueue,
    args: [input],
    signal: DESCRIBE,
    signalArgs: [wish],
    typedSearchAttributes: describeSearchAttributes(owner_id),
    staticSummary: title === "" ? "describing a chat" : headOf(`describing: ${title}`, 200),
    ...(consoleUrl !== null && { staticDetails: `[open the chat](${consoleUrl}/chats/${chat_id})` }),
  });
}
