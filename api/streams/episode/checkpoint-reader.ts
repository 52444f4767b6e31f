// Reads the answer in flight from Temporal: first the heartbeat, then the spill rows, because a spill is committed before
// the heartbeat that relies on it. The hub decides afterwards whether it is still the current answer.
import { type Client, isGrpcServiceError } from "@temporalio/client";
import { arrayFromPayloads, defaultPayloadConverter } from "@temporalio/common";
import {
  type Checkpoint,
  decodeCheckpoint,
  joinCheckpoint,
  type Sealing,
} from "../../../core/part/checkpoint.ts";
import type { StreamPart } from "../../../core/part/stream-part.ts";
import type { Queryable } from "../../../store/database.ts";
import { readSpill } from "../../../store/row/inflight-parts.ts";
import { chatWorkflowId } from "../../../workflows/contract.ts";

export interface EpisodeParts {
  readonly episode: string;
  /** Without gaps, from the first part that was not known. */
  readonly parts: readonly StreamPart[];
}

/**
 * What is in flight in a chat: the answer and the output of running tools. `lastSeqOf` says what is known already.
 * Throws when Temporal or Postgres cannot be reached.
 */
export type ReadEpisodes = (
  chatId: string,
  lastSeqOf: (episode: string) => number,
) => Promise<readonly EpisodeParts[]>;

export interface CheckpointReaderInput {
  readonly client: Client;
  readonly db: Queryable;
  /** Null: checkpoints are not sealed. Bound to the chat. */
  readonly sealingOf: (chatId: string) => Sealing | null;
}

/** A look that takes longer is abandoned: another one follows. */
const describeMaxMs = 5_000;
const GRPC_NOT_FOUND = 5;

export function createCheckpointReader({ client, db, sealingOf }: CheckpointReaderInput): ReadEpisodes {
  return async (chatId, lastSeqOf) => {
    const checkpoints = await readCheckpoints(client, chatId, sealingOf(chatId));
    return joinEpisodes(db, chatId, { checkpoints, lastSeqOf });
  };
}

/** Adds the spill rows to checkpoints. The rows must be read after the checkpoints. */
export async function joinEpisodes(
  db: Queryable,
  chatId: string,
  found: { readonly checkpoints: readonly Checkpoint[]; readonly lastSeqOf: (episode: string) => number },
): Promise<EpisodeParts[]> {
  const joined = await Promise.all(
    found.checkpoints.map(async (checkpoint): Promise<EpisodeParts[]> => {
      const { episode, seq, spilled_seq } = checkpoint;
      const after_seq = found.lastSeqOf(episode);
      if (seq <= after_seq) return [];
      const spilled = after_seq >= spilled_seq ? [] : await readSpill(db, chatId, { episode, after_seq });
      // If parts are missing, the episode was committed meanwhile and is in the history.
      const parts = joinCheckpoint(spilled, checkpoint, after_seq);
      return parts === null ? [] : [{ episode, parts }];
    }),
  );
  return joined.flat();
}

async function readCheckpoints(
  client: Client,
  chatId: string,
  sealing: Sealing | null,
): Promise<Checkpoint[]> {
  try {
    const described = await client.withDeadline(Date.now() + describeMaxMs, () =>
      client.workflowService.describeWorkflowExecution({
        namespace: client.options.namespace,
        execution: { workflowId: chatWorkflowId(chatId) },
      }),
    );
    return (described.pendingActivities ?? []).flatMap(({ heartbeatDetails }) => {
      const [details] = arrayFromPayloads(defaultPayloadConverter, heartbeatDetails?.payloads);
      return decodeCheckpoint(details, sealing) ?? [];
    });
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** The run has ended and its history was deleted, or it has not started yet. */
function isNotFound(error: unknown): boolean {
  if (!isGrpcServiceError(error)) return false;
  const code: number = error.code;
  return code === GRPC_NOT_FOUND;
}
