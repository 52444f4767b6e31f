// The limits of MCP servers, each with its reason (SPEC C4). What a server sends is never trusted to be small or quick.

/** From the first byte to a connection that can be used, the sign-in of a worker included. */
export const connectMs = 30_000;
/** How long a step of a turn waits for lists of tools. The connection goes on meanwhile, and the next step may have them. */
export const stepWaitMs = 15_000;
/** How long the newer generation of the protocol is looked for. Servers of the older one may not answer at all. */
export const probeMs = 8_000;
/** Without an answer or progress. Each progress begins it anew. */
export const callMs = 60_000;
/** How often one call may ask people before it answers, and the pause where a server only wants to be called again. */
export const roundsMax = 10;
export const roundPauseMs = 250;
/** Questions of one call on a connection that waits for the answers: they are kept with the call, and shown with its chat. */
export const heldQuestionsMax = 32;
/** How long a program inside a workspace lives on when its worker has died: longer than a connection to the agent may stutter. */
export const leashMs = 30_000;
/** One request to the agent about such a program. */
export const processCallMs = 10_000;
/** From a write to a program that reads no more until it is told how the program ended. */
export const endKnownMs = 2_000;
/** What is written to such a program at once; the agent keeps 1 MiB for one that does not read. */
export const inputPieceBytesMax = 256 * 1024;
/** What is kept with the questions of a call: mostly the server's own state. It is sent back as it came. */
export const roundBytesMax = 256 * 1024;
/** However much progress is told: below the time that a tool call may take in all. */
export const callTotalMs = 25 * 60_000;
/** A connection that nobody used for so long is closed: stdio servers are processes, and others keep a socket. */
export const idleMs = 5 * 60_000;
/** How long a list of tools is believed. `tools/list_changed` ends it earlier, where there is a connection to tell it. */
export const toolsFreshMs = 10 * 60_000;
/** How long the last list is used of a server that cannot be reached: its calls then fail in words. */
export const toolsKeptMs = 60 * 60_000;
/** Connections of one worker. Each is a socket or a process. */
export const connectionsMax = 100;
/** Tests of servers that people run at once, of one user and in one replica of the API: each is a socket or a process, for a minute. */
export const testsPerUserMax = 3;
export const testsAtOnceMax = 20;
/** Servers of which one worker remembers tools. */
export const slotsMax = 500;
/** Waits between tries to connect, doubled each time. */
export const backOffFirstMs = 1_000;
export const backOffMaxMs = 5 * 60_000;

/** One answer. Parsing this much takes some 30 ms of the event loop. */
export const answerBytesMax = 4 * 1024 * 1024;
/** What the library checks of one answer: a thousand items take it some 30 ms. */
export const answerLimits = { itemsMax: 1_000, valuesMax: 200_000, depthMax: 100 };
/** Pages of a list of tools. All of them have `connectMs` together. */
export const listPagesMax = 16;
/** What a stream of notifications may bring at once, and per second after it. */
export const streamBurstBytes = 4 * 1024 * 1024;
export const streamBytesPerSecond = 256 * 1024;
/** Messages of a connection at once, and per second after it. Progress is the most frequent kind. */
export const messagesBurst = 2_000;
export const messagesPerSecond = 200;
/** Of an authorisation server: its descriptions and tokens are small. */
export const oauthAnswerBytesMax = 256 * 1024;
export const oauthMs = 20_000;
/** Between the way to the authorisation server and back: time for people to find their password. */
export const signInMs = 10 * 60_000;

/** Tools of one server and of one chat. Providers refuse more than some hundred. */
export const toolsPerServerMax = 128;
export const toolsPerChatMax = 250;
export const toolNameCharsMax = 64;
export const toolDescriptionCharsMax = 2_000;
export const toolSchemaBytesMax = 64 * 1024;
/** Tools whose schemas are checked without a pause for others. */
export const toolsAtOnce = 8;
/** Schemas and descriptions of one chat's MCP tools: they are sent with each call of a model. */
export const toolBytesPerChatMax = 512 * 1024;
export const schemaDepthMax = 40;
/** Schemas and values in one tool's schema. More do not fit into its bytes. */
export const schemaNodesMax = 5_000;

/** Text of a result, and its structured content. Tool results have 64 KiB in all. */
export const resultTextBytesMax = 40 * 1024;
export const resultStructuredBytesMax = 20 * 1024;
/** Of structured content: below what anything that reads a history could not take. */
export const resultDepthMax = 60;
/** Images, links and resources that are named; of the rest, the number. */
export const resultItemsMax = 50;
/** What readers see of a call's progress. */
export const progressBytesMax = 32 * 1024;
export const progressLineCharsMax = 500;
/** Words of a server in an error result. */
export const faultCharsMax = 1_000;
