// The input of a turn on Workflow Streams.

export interface AnswerInput {
  readonly modelUrl: string;
  readonly prompt: string;
  /** How long parts are collected before they are published; 0 sends each at once. */
  readonly batchMs: number;
}

export const textTopic = "text";
/** One item on it ends the stream. */
export const endTopic = "end";
