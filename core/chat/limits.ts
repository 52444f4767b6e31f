// Every limit of the product, each with its unit last and its reason. Configuration can change some of them.

/** Queued messages of a chat. A client that sends more does not look at the queue (SPEC Q4). */
export const queuedMessagesMax = 20;
/** Time of one statement of a search, and searches at once in one replica: they must not take the pool from the others. */
export const searchStatementMs = 3_000;
export const searchesAtOnceMax = 3;
/** Messages that a fork copies, in one transaction that holds the source's lock. They take about a second. */
export const forkedMessagesMax = 20_000;
/** Model calls of a turn. An agent that needs more is going in circles (SPEC L1). */
export const stepsPerTurnMax = 1200;
/** Provider errors per step before the turn fails (SPEC X1). */
export const providerFailuresPerStepMax = 25;
/** First and longest wait between failed model calls (SPEC X1). */
export const retryDelayBaseMs = 1_000;
export const retryDelayMaxMs = 60_000;
/** Longest wait that a provider may ask for. Beyond an hour it is better to end the turn and say so. */
export const retryAfterMaxMs = 3_600_000;
/** Attempts in a row that may be lost to dead workers without progress. Beyond that, the step itself kills them. */
export const lostAttemptsMax = 10;
/** Workers that may die under one tool call before it gets an error result. Beyond that, the call kills them (SPEC X9). */
export const lostWorkersPerCallMax = 3;
/** How often an answer without output is tried again before the turn fails (SPEC L9). */
export const noOutputRetriesMax = 2;
/** How often a summary is tried with half the prompt if it does not fit the model. Four tries reach an eighth. */
export const compactionTriesMax = 4;
/** Characters of a conversation that are summarised if the model's limit is unknown. */
export const compactionCharsMax = 1_500_000;
/** Tool calls of a step that run; the others get an error result. Each call is an activity, and history costs something. */
export const toolCallsPerStepMax = 64;
/** Client-run tools of a chat or a message, and bytes of the schema of one (SPEC D1). Providers take no more. */
export const clientToolsMax = 250;
export const toolSchemaBytesMax = 64 * 1024;
/** Bytes of the schema of an answer (SPEC C12), and characters of the instructions of one turn (SPEC Q12). */
export const outputSchemaBytesMax = 64 * 1024;
export const turnInstructionsCharsMax = 10_000;
/** Entries of an approval policy: each tool call is compared with all of them. */
export const policyEntriesMax = 200;
/**
 * How long a call that holds a connection open waits for a person: as long as for client-run tools. Most servers wait for less, and
 * the call has half an hour in all.
 */
export const heldQuestionMs = 5 * 60_000;
/** Questions asked together by one call, and bytes of all of them: lists of chats carry what is open. */
export const questionsPerCallMax = 8;
export const questionBytesMax = 16 * 1024;
export const questionMessageBytesMax = 4 * 1024;
/** Answers of one request: each call of a step may ask. */
export const answersPerRequestMax = 64;
export const answerContentBytesMax = 64 * 1024;
/** Bytes of a tool result kept for the model (SPEC L8). */
export const toolResultBytesMax = 64 * 1024;
/** A longer answer is cut off here, because the stored row and the prompt must stay small enough. */
export const answerBytesMax = 8 * 1024 * 1024;
/** Heartbeat details of an answer and of a tool call. They are kept in Temporal's mutable state. */
export const checkpointBytesMax = 32 * 1024;
export const toolCheckpointBytesMax = 8 * 1024;
/** Postgres refuses NOTIFY payloads of 8,000 bytes and more. */
export const notifyBytesMax = 7_900;
/** One delta on the live bus. Longer ones are split, so that a part always fits into a NOTIFY with its envelope. */
export const partDeltaBytesMax = 4_096;
/** How often a replica says which running chats it watches. It looks at their state at the same time. */
export const watchRenewMs = 2_000;
/** How long a turn is published after a replica said that it watches. Two of three such messages may be lost. */
export const watchLeaseMs = 3 * watchRenewMs;
/** How long a turn is published after it started, even if nobody watches. By then a replica that watches has said so. */
export const watchGraceMs = watchRenewMs + 1_000;
/** A writer repeats what it holds at most this often, however many replicas ask: all of them get it. */
export const catchUpGapMinMs = 50;
/**
 * Characters that are repeated at most. Older ones are in spill rows, or in the checkpoint that is written at the same
 * time.
 */
export const catchUpCharsMax = 64 * 1024;
/** One SSE frame (API.md). */
export const frameBytesMax = 256 * 1024;
/** How far a reader may fall behind before it is resynchronised from the store instead of buffered (SPEC T7). */
export const readerLagEventsMax = 128;
export const readerLagBytesMax = 1024 * 1024;
/** A reader that reads nothing for this long is disconnected (SPEC T10), because it holds memory and a socket. */
export const readerStallMaxMs = 60_000;
/** Messages in the first snapshot of a stream: default and maximum. */
export const snapshotMessagesDefault = 50;
export const snapshotMessagesMax = 200;
/** Bytes of content beyond which a page or a snapshot takes no further message; it takes one in any case. */
export const pageBytesMax = 8 * 1024 * 1024;
/** Characters that an error may quote from a provider (SPEC X4). */
export const errorDetailCharsMax = 500;
/** Limits of a title that is made from the first message (SPEC M1). */
export const titleWordsMax = 6;
export const titleCharsMax = 80;
/** Time for a title or turn summary, for all models together (SPEC M1). Later nobody needs it. */
export const describeMs = 30_000;
export const systemPromptCharsMax = 10_000;
/** Of one file with instructions, or the user's own (SPEC C1). */
export const contextFileBytesMax = 64 * 1024;
/** Request bodies, except files (SPEC A3). */
export const requestBodyBytesMax = 256 * 1024;
/** Bodies of requests that only say what to do. */
export const commandBodyBytesMax = 4 * 1024;
/** Bodies of clients that send the whole conversation with each message. Only the end of it is kept. */
export const conversationBytesMax = 8 * 1024 * 1024;
/** Messages in such a body. A body of 8 MiB with more of them is not a conversation. */
export const conversationMessagesMax = 10_000;
/** Values in a body and depth of a body. Parsing and validating them must not block other requests. */
export const inputNodesMax = 10_000;
export const inputDepthMax = 64;
/** Items of a list and fields of an object. Checked before any schema. */
export const inputItemsMax = 1_000;
export const labelsMax = 50;
/** Shares of a chat. A chat for more people than this is a publication: one link does it. */
export const sharesPerChatMax = 100;
/** Sessions of a user. The oldest ends when there is one more. */
export const sessionsPerUserMax = 100;
export const labelCharsMax = 256;
export const pageItemsDefault = 50;
export const pageItemsMax = 200;
/** Groups in a usage report. Someone with more of them needs an export. */
export const usageGroupsMax = 1_000;
/** Chats in the first snapshot of a feed (API.md). */
export const feedChatsMax = 200;
/** Oldest cursor that a feed resumes from. Beyond that, sending the whole list is cheaper. */
export const feedResumeMs = 3_600_000;
/** How long marks of read and deleted chats are kept: far longer than any cursor that a feed resumes from. */
export const chatMarkKeepMs = 24 * 3_600_000;
/** How long messages that were edited away stay in the database. Nobody reads them; a mistake can be undone by hand. */
export const deletedMessageKeepMs = 30 * 24 * 3_600_000;
/** How long the log of a build stays that is not its workspace's newest. */
export const buildLogKeepMs = 30 * 24 * 3_600_000;
/** How long the row of a worker stays that is gone: for people who ask what has happened. */
export const goneWorkerKeepMs = 24 * 3_600_000;
/** How long the answer to an idempotency key is kept (SPEC Q10). */
export const idempotencyKeepMs = 24 * 3_600_000;
/** Time for signals and starts while a request waits. After that the relay delivers them. */
export const deliveryDeadlineMs = 1_000;
/** How often a transaction is tried again after it lost a deadlock or serialisation race (40P01, 40001). */
export const transactionRetriesMax = 5;
/** Tries of an activity that fails because of a bug, before the turn ends in an error (SPEC X5). */
export const prepareTriesMax = 3;
/** Time for one attempt to reach the agent of a new workspace, and the pause between two attempts (SPEC W3). */
export const agentAttemptMs = 5_000;
export const agentPauseMs = 2_000;
/** Bytes of a build's log. A command that prints without end must not fill the database. */
export const buildLogBytesMax = 4 * 1024 * 1024;
/** Bytes of one line of it. A progress bar is one endless line. */
export const buildLogLineBytesMax = 4 * 1024;
/** The end of a build's log that its heartbeat holds, for people who look into Temporal. */
export const buildLogTailBytesMax = 8 * 1024;
/** Each process keeps all of them in memory, and lists show them on one page. */
export const modelProvidersMax = 200;
export const modelConfigsMax = 1_000;
/** Keys and shares that a member makes in an hour. Each leaves a row in the audit log, which is never deleted. */
export const grantsPerHourMax = 200;
/** API keys of one user that work. A program with one key per job and day, without expiry, would otherwise never stop. */
export const apiKeysPerUserMax = 200;
/** Bytes of an HTTP body that a debug run keeps (SPEC B4). A note gives the size of the rest. */
export const debugBodyBytesMax = 256 * 1024;
/** HTTP calls that are recorded for one model call. Only a provider that pauses without end makes more. */
export const debugAttemptsPerCallMax = 50;
/** Model calls that wait to be recorded, and their bytes. Beyond that the newest are not recorded (SPEC B4). */
export const debugQueuedCallsMax = 2_000;
export const debugQueuedBytesMax = 64 * 1024 * 1024;
/** What one write takes: enough that writes are rare, little enough that they are short. */
export const debugBatchCallsMax = 50;
export const debugBatchBytesMax = 4 * 1024 * 1024;
/** How long debug runs are kept (SPEC B4), and how many a list shows. */
export const debugKeptDays = 30;
export const debugRunsListedMax = 100;
/** Bytes of bodies in the answer that shows one run. Older bodies are left out with a note. */
export const debugShownBytesMax = 16 * 1024 * 1024;
/** MCP servers of the deployment, or of one user (SPEC C4): a list to choose from by hand. */
export const mcpServersPerOwnerMax = 100;
/** MCP servers of one chat. Each may have to be connected to before the first step of a turn. */
export const mcpServersPerChatMax = 20;
/** Projects of the deployment (SPEC C13): a list to choose from by hand. */
export const projectsMax = 500;
/** Profiles of the deployment (SPEC C10), and the tools or skills that one may name. A chat keeps a copy of them in its row. */
export const profilesMax = 200;
export const profileListMax = 100;
/** Bytes of one file (SPEC C5). Providers take little more, and a worker holds a file whole while it sends it. */
export const fileBytesMax = 10 * 1024 * 1024;
/** Bytes of a workspace's file that a client may load: it passes through the store of files. */
export const workspaceFileBytesMax = 64 * 1024 * 1024;
/** A path that is asked for over HTTP, in characters: as long as the kernel takes at once. */
export const workspacePathCharsMax = 4_096;
/** Bytes of a workspace's changes that are shown. */
export const changesBytesMax = 512 * 1024;
/** How long a request waits for a worker to read or write a workspace's file. 64 MiB take a few seconds. */
export const fileCallMaxMs = 30_000;
/** Output of a terminal that is kept for its readers: some thousand lines. What was before is gone. */
export const terminalOutputBytesMax = 256 * 1024;
/** Output of a terminal that one frame of a stream holds. */
export const terminalChunkBytesMax = 16 * 1024;
/** Input of one request. A paste that is longer comes in several. */
export const terminalInputBytesMax = 64 * 1024;
/** Input that waits for its terminal. Then the program in it does not read, or no worker is there. */
export const terminalWaitingBytesMax = 256 * 1024;
/** More are on no screen. */
export const terminalColsMax = 500;
export const terminalRowsMax = 300;
/** How long a terminal may wait for a worker to open it. Later nobody looks at the page any more. */
export const terminalOpenMaxMs = 60_000;
/** How long a terminal that has ended is still shown, with its last output. */
export const terminalKeepMs = 3_600_000;
/** Files of workspaces that a worker holds in memory to write them. The next write waits for room. */
export const workerWriteBytesMax = 48 * 1024 * 1024;
/** Files that people have put into the messages of one chat (SPEC C5). */
export const filesPerChatMax = 50;
/** Longest file name that common file systems take. */
export const fileNameCharsMax = 255;
/** How long a file stays that no message names: an upload whose message is still being written. */
export const unusedFileKeepMs = 24 * 3_600_000;
/** How long an upload that was not finished stays. Its process has died: a request takes minutes at most. */
export const unfinishedFileKeepMs = 3_600_000;
/** Bytes of one piece of a file in the database: few rows for a file, little memory for a reader. */
export const filePieceBytesMax = 256 * 1024;
/** Bytes of a text file that a model is shown. More than a message may have would crowd out the conversation. */
export const fileTextBytesMax = 256 * 1024;
/** Bytes of files in one model request. As base64 they stay below what every provider takes, with room for the rest. */
export const requestFileBytesMax = 16 * 1024 * 1024;
/** Files in one model request: Anthropic takes a hundred pictures. */
export const requestFilesMax = 100;
/** Bytes of files that all model calls of a worker hold together. The next call waits for room. */
export const workerFileBytesMax = 96 * 1024 * 1024;
/** Subagents of a chat that run at the same time (SPEC G4), and all that it may have. A list of them fits into a tool result. */
export const agentsRunningMax = 10;
export const agentsPerChatMax = 200;
/** Bytes of a subagent's report that its parent gets: with its frame it fits into a tool result. */
export const agentReportBytesMax = 56 * 1024;
/** Subagents that one turn is told of; the next turn hears of the rest. */
export const agentsToldMax = 20;
/** How long wait_agent waits, by default and at most (SPEC G3). The model can wait again. */
export const agentWaitDefaultMs = 5 * 60_000;
export const agentWaitMaxMs = 60 * 60_000;
