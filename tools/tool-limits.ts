// Every cap of the tools, unit last, each with its reason. Those of files and searches are the agent's (file-limits.ts).

/** From SIGTERM to SIGKILL (SPEC I2). */
export const killAfterMs = 5_000;
/** Arguments: patterns and globs are written by hand. */
export const patternCharsMax = 1_000;
export const globCharsMax = 500;
/** One file that a model writes, and one text that it replaces or puts in place of another; more is a command's work. */
export const contentBytesMax = 1024 * 1024;
/** Output of a command that the model gets: more of the end, since that is where errors stand (SPEC W5). */
export const outputHeadBytes = 16 * 1024;
export const outputTailBytes = 32 * 1024;
/** Output of a running command that readers are shown; all of it stays readable by process_output. */
export const outputShownBytesMax = 1024 * 1024;
/** How long a command stays in the foreground, default and most (SPEC W5): past that it goes on in the background. */
export const foregroundDefaultMs = 10_000;
export const foregroundMaxMs = 30 * 60_000;
/** From SIGKILL to the process's end, and for the agent to answer a signal. */
export const killedWithinMs = 2_000;
/** How often a call goes back to an agent that vanished while it followed a process. */
export const agentReturnsMax = 3;
/** One page of process_output; more is asked for by offset. */
export const outputPageBytes = 48 * 1024;
/** How long process_output waits for news at most; the model can ask again. */
export const outputWaitMaxMs = 60_000;
export const commandCharsMax = 100_000;
export const processesListedMax = 50;
/** Characters of a command that a list repeats. */
export const commandShownCharsMax = 200;
/** Names offered when one does not exist. */
export const nearestNamesMax = 5;

// Around a workspace's life.

/** Templates of one list; among more a model chooses by query. */
export const templatesListedMax = 50;
/** Bytes of a description in a list: the list of all must stay below a tool result's limit. */
export const templateDescriptionShownBytes = 400;
/** Faults that an answer names; the operator's log and the API have all. */
export const templateFaultsShownMax = 5;
export const queryCharsMax = 200;
/** Longer than any folder's name may be. */
export const templateNameCharsMax = 255;
/** A longer one is no name; shorter ones are mended (SPEC W2). */
export const workspaceNameCharsMax = 200;
/** As templates allow for a text parameter. */
export const parameterValueCharsMax = 4_096;
