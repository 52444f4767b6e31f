// A page that is older than the server's build may ask for a chunk that is gone: then it loads itself again, once.

const AGAIN_AFTER_MS = 60_000;
const KEY = "everturn.reloaded-at";

export function reloadForNewBuild(): void {
  window.addEventListener("vite:preloadError", (event) => {
    const reloadedAt = Number(sessionStorage.getItem(KEY) ?? 0);
    // A second failure at once is not an old page: the error is shown.
    if (Date.now() - reloadedAt < AGAIN_AFTER_MS) return;
    event.preventDefault();
    sessionStorage.setItem(KEY, String(Date.now()));
    location.reload();
  });
}
