// Browsers that cannot show the page get a sentence about it instead of an empty one. The versions are those of vite.config.ts and of
// what the client uses.

const NEEDED = "Chrome or Edge 123, Firefox 124, Safari 17.5";

/** What to tell, in place of the page; null: the browser will do. */
export function oldBrowserWords(): string | null {
  const isEnough =
    typeof AbortSignal.any === "function" && CSS.supports("color", "light-dark(canvas, canvastext)");
  return isEnough ? null : `This page needs a newer browser: ${NEEDED}, or later.`;
}
