// Core is pure: text that shows nothing. Providers refuse messages of it, and a model that writes nothing else has said nothing.

/** White space, controls, and characters made to be ignored: zero-width spaces and joiners, soft hyphens, fillers, marks of direction. */
const BLANK = /^[\s\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}]*$/u;

/** Whether no character of the text can be seen. */
export function isBlank(text: string): boolean {
  return BLANK.test(text);
}
