// Core is pure: every cap of the product, unit last, each with its reason. Configuration may lower or raise some.

/** Queued messages of a chat; more is a client that does not look (SPEC Q4). */
export const queuedMessagesMax = 20;
/** Model calls of a turn; past that an agent is going in circles (SPEC L1). */
export const stepsPerTurnMax = 1200;
/** Provider errors per step before the turn fails (SPEC X1): about 20 minutes of waiting. */
export const providerFailuresPerStepMax = 25;
/** First and longest wait between failed model calls (SPEC X1). */
export const retryDelayBaseMs = 1_000;
export const retryDelayMaxMs = 60_000;
/** A provider may ask for a longer wait than ours; past an hour the turn had better say so than sit. */
export const retryAfterMaxMs = 3_600_000;
/** Attempts lost to dead workers without progress: past that the step itself is what kills them. */
export const lostAttemptsMax = 10;
/** Workers lost with a tool call before it gets an error result: past that the call itself is what kills them (SPEC X9). */
export const lostWorkersPerCallMax = 3;
/** Answers without output tried again before the turn fails (SPEC L9). */
export const noOutputRetriesMax = 2;
/** A summary's prompt that does not fit the model is tried this often with half of it: 4 tries reach an eighth. */
export const compactionTriesMax = 4;
/** Characters of a conversation that a summary is made of where no limit of tokens is known. */
export const compactionCharsMax = 1_500_000;
/** Tool calls of a step that run; more get an error result (one activity each, and history has a price). */
export const toolCallsPerStepMax = 64;
/** Bytes of a tool result kept for the model (SPEC L8). */
export const toolResultBytesMax = 64 * 1024;
/** A model's answer is cut off past this many bytes: the stored row and the prompt must stay bounded. */
export const answerBytesMax = 8 * 1024 * 1024;
/** Heartbeat details of an answer, and of a tool call: they live in Temporal's mutable state. */
export const checkpointBytesMax = 32 * 1024;
export const toolCheckpointBytesMax = 8 * 1024;
/** Postgres refuses NOTIFY payloads of 8,000 bytes and more. */
export const notifyBytesMax = 7_900;
/** One delta on the live bus; longer ones are split so that a part always fits a NOTIFY with its envelope. */
export const partDeltaBytesMax = 4_096;
/** Replicas say this often which running chats they watch: with the look at the state that they take anyway. */
export const watchRenewMs = 2_000;
/** A turn is published this long after a replica has said that it watches: two of three such words may be lost. */
export const watchLeaseMs = 3 * watchRenewMs;
/** A turn is published this long from its beginning, watched or not: a replica that watches has said so by then. */
export const watchGraceMs = watchRenewMs + 1_000;
/** What a writer holds is said again at most this often, however many replicas ask: all of them hear it. */
export const catchUpGapMinMs = 50;
/** Characters said again at most: older ones are in the checkpoint that is written at the same time, or in spill rows. */
export const catchUpCharsMax = 64 * 1024;
/** One SSE frame (API.md). */
export const frameBytesMax = 256 * 1024;
/** How far a reader may lag before it is resynchronised from the store instead of buffered (SPEC T7). */
export const readerLagEventsMax = 128;
export const readerLagBytesMax = 1024 * 1024;
/** A reader that takes nothing of what waits for it for so long is cut off (SPEC T10): it holds memory and a socket. */
export const readerStallMaxMs = 60_000;
/** Messages in the first snapshot of a stream, default and most. */
export const snapshotMessagesDefault = 50;
export const snapshotMessagesMax = 200;
/** Words that errors may quote from a provider (SPEC X4). */
export const errorDetailCharsMax = 500;
/** Titles made from the first message (SPEC M1). */
export const titleWordsMax = 6;
export const titleCharsMax = 80;
/** Time for a model's title or turn summary, all models that are asked together (SPEC M1): later nobody waits for it. */
export const describeMs = 30_000;
export const systemPromptCharsMax = 10_000;
/** Request bodies, files apart (SPEC A3). */
export const requestBodyBytesMax = 256 * 1024;
/** Bodies of requests that only say what to do. */
export const commandBodyBytesMax = 4 * 1024;
/** Bodies of clients that send the whole conversation with each message: it is read past, and only its end is kept. */
export const conversationBytesMax = 8 * 1024 * 1024;
/** Messages in such a body; what has more of them in 8 MiB is no conversation. */
export const conversationMessagesMax = 10_000;
/** Values of a body, and how deep they lie in one another: parsing and validating them must not hold up other requests. */
export const inputNodesMax = 10_000;
export const inputDepthMax = 64;
/** Items of a list and fields of an object, before anything is known of what they should be. */
export const inputItemsMax = 1_000;
export const labelsMax = 50;
export const labelCharsMax = 256;
export const pageItemsDefault = 50;
export const pageItemsMax = 200;
/** Groups of a usage report: who has more wants an export, not an answer. */
export const usageGroupsMax = 1_000;
/** Chats in the first snapshot of a feed (API.md). */
export const feedChatsMax = 200;
/** A feed is resumed from a cursor of this age at most; past it the whole list is the cheaper answer. */
export const feedResumeMs = 3_600_000;
/** Marks of read and deleted chats outlive every cursor that a feed is resumed from, by far. */
export const chatMarkKeepMs = 24 * 3_600_000;
/** How long the answer to an idempotency key is kept (SPEC Q10). */
export const idempotencyKeepMs = 24 * 3_600_000;
/** Signals and starts get this long on the request path; then the relay delivers them. */
export const deliveryDeadlineMs = 1_000;
/** Transactions that lost a deadlock or serialisation race are tried again this often (40P01, 40001). */
export const transactionRetriesMax = 5;
/** Tries at an activity that fails by a bug of ours, before the turn ends in error (SPEC X5). */
export const prepareTriesMax = 3;
/** An attempt to reach the agent of a workspace being built, and the pause between two (SPEC W3). */
export const agentAttemptMs = 5_000;
export const agentPauseMs = 2_000;
/** Bytes of a build's log; a command that talks without end must not fill the database. */
export const buildLogBytesMax = 4 * 1024 * 1024;
/** Bytes of one line of it; a progress bar is one line without end. */
export const buildLogLineBytesMax = 4 * 1024;
/** The end of a build's log in its heartbeat, for people who look into Temporal. */
export const buildLogTailBytesMax = 8 * 1024;
/** Each process keeps all of them in memory, and lists show them on one page. */
export const modelProvidersMax = 200;
export const modelConfigsMax = 1_000;
/** Bytes of an HTTP body that a debug run keeps (SPEC B4); the rest is a note of its size. */
export const debugBodyBytesMax = 256 * 1024;
/** HTTP calls recorded of one model call; more come only from a provider that pauses without end. */
export const debugAttemptsPerCallMax = 50;
/** Model calls that wait to be written down, and their bytes: past that the newest are not recorded (SPEC B4). */
export const debugQueuedCallsMax = 2_000;
export const debugQueuedBytesMax = 64 * 1024 * 1024;
/** What one write takes along: enough to be rare, little enough to be short. */
export const debugBatchCallsMax = 50;
export const debugBatchBytesMax = 4 * 1024 * 1024;
/** How long debug runs are kept (SPEC B4), and how many a list shows. */
export const debugKeptDays = 30;
export const debugRunsListedMax = 100;
/** Bytes of bodies, requests and responses in the answer that shows one run; older ones are left out with a note. */
export const debugShownBytesMax = 16 * 1024 * 1024;
