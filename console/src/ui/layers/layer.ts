// The dialog that is on top, if there is one: menus go into it, because all outside of it can neither be seen nor reached.
import { createContext } from "react";

/** Null: the page itself. */
export const LayerContext = createContext<HTMLElement | null>(null);
