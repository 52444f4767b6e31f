// The limits of own tools, each with its reason (SPEC C11). Their modules are the operator's, but none of them may stop a worker.

/** Modules of one folder. Each has a thread of its own, of some ten megabytes. */
export const modulesMax = 50;
/** Tools of all modules. Providers refuse more than some hundred. */
export const ownToolsMax = 128;
/** From the start of its thread until a module has named its tools: it may read a file or open a connection. */
export const importMs = 20_000;
/** Threads that start at the same time: more of them would only slow each other down. */
export const importsAtOnce = 4;
export const descriptionCharsMax = 2_000;
/** Of a description in lists. Each worker tells it with every sign of life. */
export const descriptionShownBytesMax = 300;
export const schemaBytesMax = 64 * 1024;
/** How long a call may take, by default and at most. A call that takes longer belongs into a workspace, as a process. */
export const callDefaultS = 5 * 60;
export const callMaxS = 60 * 60;
/** From the request to stop until a call that ignores it is given up (SPEC I2). */
export const stopMs = 5_000;
/** Before what a tool writes is shown: many small texts become one. */
export const showEveryMs = 25;
/** Files that one call may keep. */
export const filesPerCallMax = 20;
/** Heap of one module's thread. One that needs more ends, and not the worker. */
export const heapMib = 512;
/** Of an error of a module, in the log. */
export const errorCharsMax = 2_000;
/** What a module prints goes into the log, this much a minute. */
export const printedCharsPerMinute = 64 * 1024;
