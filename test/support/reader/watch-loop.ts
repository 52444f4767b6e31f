// Tests: how long the event loop was held in one go, in time of the processor: a busy machine makes nothing longer.

/** Watches from now on. `stop` says the longest time that passed between two looks, in milliseconds. */
export function watchLoop(): { stop(): number } {
  let longestMs = 0;
  let stopped = false;
  let before = usedMs();
  const look = () => {
    const now = usedMs();
    longestMs = Math.max(longestMs, now - before);
    before = now;
    if (!stopped) setImmediate(look);
  };
  setImmediate(look);
  return {
    stop() {
      stopped = true;
      return Math.round(Math.max(longestMs, usedMs() - before));
    },
  };
}

/** Of this thread where Node can tell it apart from those that collect garbage beside it. */
function usedMs(): number {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
}
