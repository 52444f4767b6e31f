// Other ways to stream an answer, each a process with packages of its own. This file: what a turn on Workflow Streams is told.

export interface AnswerInput {
  readonly modelUrl: string;
  readonly prompt: string;
  /** Parts are gathered so long before they are published; 0: each is sent at once. */
  readonly batchMs: number;
}

export const textTopic = "text";
/** One item on it ends the stream. */
export const endTopic = "end";
