// The limits of the tools, each with its reason. The limits of files and searches are in the agent's file-limits.ts.

/** From SIGTERM to SIGKILL (SPEC I2). */
export const killAfterMs = 5_000;
/** Patterns and globs are written by hand. */
export const patternCharsMax = 1_000;
export const globCharsMax = 500;
/** One file that a model writes, or one text of an edit. Commands can write more. */
export const contentBytesMax = 1024 * 1024;
/** Output of a command that the model gets: more of the end, because errors usually come last (SPEC W5). */
export const outputHeadBytes = 16 * 1024;
export const outputTailBytes = 32 * 1024;
/** Output of a running command that readers are shown. process_output can read all of it. */
export const outputShownBytesMax = 1024 * 1024;
/** How long a command stays in the foreground, by default and at most (SPEC W5). Then it continues in the background. */
export const foregroundDefaultMs = 10_000;
export const foregroundMaxMs = 30 * 60_000;
/** How long to wait for a process to end after SIGKILL, and for the agent to answer a signal. */
export const killedWithinMs = 2_000;
/** How often a call reconnects to an agent that disappeared while it followed a process. */
export const agentReturnsMax = 3;
/** One page of process_output. The model asks for more by offset. */
export const outputPageBytes = 48 * 1024;
/** How long process_output waits for new output at most. The model can ask again. */
export const outputWaitMaxMs = 60_000;
export const commandCharsMax = 100_000;
export const processesListedMax = 50;
/** Characters of a command that are shown in a list. */
export const commandShownCharsMax = 200;
/** How many similar names are offered for one that does not exist. */
export const nearestNamesMax = 5;

// Creating and starting workspaces.

/** Templates in one list. The model can narrow it by query. */
export const templatesListedMax = 50;
/** Bytes of a description in a list. The whole list must fit into a tool result. */
export const templateDescriptionShownBytes = 400;
/** Faults that a result names. The operator's log and the API show all of them. */
export const templateFaultsShownMax = 5;
export const queryCharsMax = 200;
/** At least as long as any folder's name. */
export const templateNameCharsMax = 255;
/** A longer name is refused; an invalid shorter one is corrected (SPEC W2). */
export const workspaceNameCharsMax = 200;
/** The same limit as in templates. */
export const parameterValueCharsMax = 4_096;

// Subagents.

/** A task that a model writes for another one. Larger things belong into a file of the workspace. */
export const agentPromptCharsMax = 50_000;
/** As long as a title that users may choose. */
export const agentTitleCharsMax = 200;
/** Characters of a profile's name in a call; longer ones do not exist. */
export const profileNameCharsMax = 100;
