// Tests: a gate at which an activity waits.

/** A gate that the test opens while an activity waits at it. */
export function gate() {
  let open: () => void = () => undefined;
  let reached: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const arrived = new Promise<void>((resolve) => {
    reached = resolve;
  });
  return { open: () => open(), arrived, pass: async () => (reached(), opened) };
}
