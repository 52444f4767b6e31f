// What a browser tells about its network and its page. Elsewhere nothing is told.

type Listen = (type: string, listener: () => void) => void;

interface Page {
  readonly addEventListener?: Listen;
  readonly removeEventListener?: Listen;
  readonly navigator?: { readonly onLine?: boolean };
  readonly document?: {
    readonly visibilityState: string;
    readonly addEventListener: Listen;
    readonly removeEventListener: Listen;
  };
  readonly requestAnimationFrame?: (run: () => void) => number;
}

const page = globalThis as unknown as Page;

/** Whether the device says that it has no network. */
export function isOffline(): boolean {
  return page.navigator?.onLine === false;
}

export type Surroundings = "online" | "offline" | "visible";

/** Calls `tell` when the network comes or goes, and when the page is looked at again. Returns what ends that. */
export function onSurroundings(tell: (what: Surroundings) => void): () => void {
  const { document } = page;
  const online = () => tell("online");
  const offline = () => tell("offline");
  const visible = () => {
    if (document?.visibilityState === "visible") tell("visible");
  };
  page.addEventListener?.("online", online);
  page.addEventListener?.("offline", offline);
  document?.addEventListener("visibilitychange", visible);
  return () => {
    page.removeEventListener?.("online", online);
    page.removeEventListener?.("offline", offline);
    document?.removeEventListener("visibilitychange", visible);
  };
}

/** A page that nobody sees draws no frames, or none for minutes. */
const frameMaxMs = 250;

/** Calls `run` once, when the next frame is drawn; soon, where nothing is drawn. */
export function onNextFrame(run: () => void): void {
  const { requestAnimationFrame, document } = page;
  if (requestAnimationFrame === undefined || document?.visibilityState !== "visible") {
    setTimeout(run, 0);
    return;
  }
  let isDone = false;
  const once = () => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    run();
  };
  const timer = setTimeout(once, frameMaxMs);
  requestAnimationFrame.call(globalThis, once);
}
