// A page beside the chats: where it is, what it is called, and how it is loaded.
import type { ComponentType, LazyExoticComponent } from "react";

export interface PageRoute {
  /** As in wouter: `/workspaces/:id?`. */
  readonly path: string;
  /** In menus and the palette; null: nothing leads there but links of other pages. */
  readonly name: string | null;
  readonly forAdmins?: true;
  readonly Page: LazyExoticComponent<ComponentType>;
}

/** Where a menu leads: the path without its parameters. */
export function addressOf({ path }: PageRoute): string {
  return path.split("/:")[0] ?? path;
}
