// How hard a model should think, as an ordered scale (SPEC L11). Pure.

/** Weakest first. The words are OpenAI's and Anthropic's. A provider may know others. */
const EFFORTS: readonly string[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/**
 * The wanted effort, but no more than `most`. A word outside the scale cannot be compared, so it is kept only without a
 * limit.
 */
export function clampEffort(wanted: string | undefined, most: string | undefined): string | undefined {
  if (wanted === undefined || most === undefined) return wanted;
  const limit = EFFORTS.indexOf(most);
  if (limit < 0) return wanted;
  const place = EFFORTS.indexOf(wanted);
  return place < 0 || place > limit ? most : wanted;
}
