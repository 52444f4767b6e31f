// Whether a media query of CSS holds, as it changes.
import { useSyncExternalStore } from "react";

/** Below this the sidebar is a drawer. */
export const NARROW = "(max-width: 799px)";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => window.matchMedia(query).matches,
  );
}
