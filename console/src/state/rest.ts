// When the streams of this tab rest. Browsers share six connections to a server among all tabs, unless it speaks HTTP/2: tabs that
// nobody looks at must leave them to the one that is looked at. One tab keeps the feed anyway, for notifications and its title.
import type { Rest } from "../../../client/index.ts";

/** Who only glances at another tab finds everything as it was. */
const hiddenMaxMs = 5_000;
/** A terminal that nobody looks at is ended after a time (`EVERTURN_TERMINAL_IDLE_MS`): a tab that is open looks in on it. */
const lookInEveryMs = 5 * 60_000;
/** Enough to connect and to read what there is. */
const lookInMs = 10_000;
const KEEPER = "everturn.keeps-the-feed";

const listeners = new Set<() => void>();
let isOutOfSight = false;
let isLookingIn = false;
/** Pages that are not served securely have no locks: there each tab keeps its feed. */
let isKeeper = !("locks" in navigator);

function changed(): void {
  for (const listener of listeners) listener();
}

let timer: ReturnType<typeof setTimeout> | undefined;

function look(): void {
  clearTimeout(timer);
  isLookingIn = false;
  if (document.visibilityState === "hidden") {
    timer = setTimeout(() => {
      isOutOfSight = true;
      changed();
      restUntilNextLook();
    }, hiddenMaxMs);
  } else if (isOutOfSight) {
    isOutOfSight = false;
    changed();
  }
}

function restUntilNextLook(): void {
  timer = setTimeout(() => {
    isLookingIn = true;
    changed();
    timer = setTimeout(() => {
      isLookingIn = false;
      changed();
      restUntilNextLook();
    }, lookInMs);
  }, lookInEveryMs);
}

/** Once, when the page begins. */
export function watchSight(): void {
  document.addEventListener("visibilitychange", look);
  look();
  if (isKeeper) return;
  // Held until the tab is closed; then the next one gets it.
  void navigator.locks
    .request(KEEPER, () => {
      isKeeper = true;
      changed();
      return new Promise<never>(() => undefined);
    })
    .catch(() => undefined);
}

function restWhile(isResting: () => boolean): Rest {
  return {
    isResting,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Of what a page shows. */
export const pageRest = restWhile(() => isOutOfSight);
export const terminalRest = restWhile(() => isOutOfSight && !isLookingIn);
export const feedRest = restWhile(() => isOutOfSight && !isKeeper);
