// The agent's limits and times, each with its reason. What both sides of the wire must know is in wire/protocol.ts.

// More at once than any turn asks for; a loop that starts commands without end stops here.
export const runningProcessesMax = 50;
// Ended processes whose output is kept. The oldest are forgotten first.
export const keptProcessesMax = 200;

export const journalLimits = {
  // Keys are kept longer than their processes, so that no command runs again. 10,000 take about 5 MB of disk.
  forgottenKeysMax: 10_000,
  // Kept of a forgotten process's command, for messages.
  forgottenCommandCharsMax: 200,
  // A retry of a tool call comes within minutes; a day covers a deployment that was down.
  effectsKeptMs: 24 * 60 * 60_000,
  effectsKeptMax: 10_000,
};

// The newest output that is kept when the disk is full. 50 running processes fill 50 MiB at most.
export const memoryBytesMax = 1024 * 1024;
// The beginning of the output is dropped in these steps, a sixteenth of the limit below.
export const segmentBytes = 4 * 1024 * 1024;
// Long test runs print some megabytes. More than this is a loop that prints.
export const outputBytesMax = 64 * 1024 * 1024;
// For all processes together: eight times the limit of one.
export const outputsBytesMax = 512 * 1024 * 1024;
// One frame to a follower; several fit into a socket's buffers.
export const followBytesMax = 64 * 1024;

// A child in the background keeps the pipe open after its shell has exited. What the shell wrote is in the pipe by then, so
// after this much silence nothing of it is missing …
export const drainQuietMs = 50;
// … and if the child goes on printing, this is the limit. Its later output is read and dropped: closing the pipe would kill a
// server that a command has just started.
export const drainMaxMs = 200;
// Pause between two reads of dropped output, so that a child that prints for ever does not keep the agent busy.
export const discardPauseMs = 2;

// Time to end between SIGTERM and SIGKILL (SPEC I2 gives the same to an interrupted tool).
export const killAfterMs = 5_000;
// After SIGKILL, only a process that is stuck in the kernel is left. It is not waited for.
export const killedWithinMs = 2_000;

// For the last answers of an agent that ends. Clients that do not read them are not waited for.
export const lastAnswersMs = 1_000;

// FIFOs made in advance, because making one takes a process.
export const pipesReady = 16;

// The programs that look at terminals or set their size have nothing to wait for.
export const terminalToolMs = 5_000;
// A new shell has its terminal within milliseconds; a busy machine takes longer.
export const terminalReadyMs = 2_000;

// Linux takes about 2 MiB of arguments and environment together; this leaves room for both.
export const environmentBytesMax = 512 * 1024;
export const environmentEntriesMax = 500;

// A body of 16 MiB arrives within this time even over a slow link.
export const requestTimeoutMs = 60_000;
