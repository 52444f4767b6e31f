// Recognises text that shows nothing. Providers refuse such messages, and a model that writes nothing else has said
// nothing.

/**
 * White space, control characters, and characters that are made to be ignored: zero-width spaces and joiners, soft
 * hyphens, fillers, direction marks.
 */
const BLANK = /^[\s\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}]*$/u;

/** Whether no character of the text can be seen. */
export function isBlank(text: string): boolean {
  return BLANK.test(text);
}
