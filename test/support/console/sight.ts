// Tests: whether somebody looks at a tab. Tests' browsers show all tabs at once, so a tab is told.

/** For `addInitScript`. `look(false)` in the page: somebody looks at another tab now. */
export const SIGHT = `(() => {
  let state = "visible";
  Object.defineProperty(document, "visibilityState", { get: () => state });
  window.look = (isLooking) => {
    state = isLooking ? "visible" : "hidden";
    document.dispatchEvent(new Event("visibilitychange"));
  };
})()`;
