// Puts a failure into words for the people who look at what it ended.
/** An activity's failure says little by itself; its cause is what went wrong. */
export function wordsOfFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  // An activity that gives up puts the bug's own name into the message.
  return cause.name === "ApplicationFailure" ? cause.message : `${cause.name}: ${cause.message}`;
}
