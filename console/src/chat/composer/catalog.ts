// What a chat can be made with: models, profiles, projects, templates. Asked for once for all composers of the page.
import { useEffect, useState } from "react";
import type { Everturn } from "../../../../client/index.ts";

type ItemsOf<T extends (...args: never) => Promise<{ readonly items: readonly unknown[] }>> = Awaited<
  ReturnType<T>
>["items"];

export interface Catalog {
  /** Those that can be chosen. */
  readonly models: ItemsOf<Everturn["modelConfigs"]["list"]>;
  readonly profiles: ItemsOf<Everturn["profiles"]["list"]>;
  readonly projects: ItemsOf<Everturn["projects"]["list"]>;
  readonly templates: ItemsOf<Everturn["templates"]["list"]>;
}

/** What was asked for stays good for so long. */
const freshMs = 30_000;
let kept: { readonly client: Everturn; readonly at: number; readonly catalog: Promise<Catalog> } | null =
  null;

/** Null until it is there. What may not be read is empty. */
export function useCatalog(client: Everturn): Catalog | null {
  const [catalog, setCatalog] = useState<Catalog | null>(null);
  useEffect(() => {
    let isOver = false;
    const read = () =>
      void catalogOf(client).then((found) => {
        if (!isOver) setCatalog(found);
      });
    read();
    readers.add(read);
    return () => {
      isOver = true;
      readers.delete(read);
    };
  }, [client]);
  return catalog;
}

const readers = new Set<() => void>();

/** To be called when something was refused: what was chosen may have been deleted since. */
export function readCatalogAgain(): void {
  if (kept !== null) kept = { ...kept, at: 0 };
  for (const read of readers) read();
}

/** What was chosen, if it is still there; else nothing is chosen. */
export function stillThere<None extends string | null>(
  chosen: string | None,
  items: readonly { readonly id: string }[] | undefined,
  none: None,
): string | None {
  return items === undefined || items.some(({ id }) => id === chosen) ? chosen : none;
}

function catalogOf(client: Everturn): Promise<Catalog> {
  const now = Date.now();
  const own = kept?.client === client ? kept : null;
  if (own !== null && now - own.at <= freshMs) return own.catalog;
  const catalog = readCatalog(client, own?.catalog ?? null);
  kept = { client, at: now, catalog };
  return catalog;
}

/** @param before stays where nothing can be read: what was chosen is not gone because the server is away */
async function readCatalog(client: Everturn, before: Promise<Catalog> | null): Promise<Catalog> {
  const items = async <T>(page: Promise<{ readonly items: readonly T[] }>, old: readonly T[] = []) =>
    page.then(({ items: all }) => all).catch(() => old);
  const known = await before;
  const [models, profiles, projects, templates] = await Promise.all([
    items(client.modelConfigs.list(), known?.models),
    items(client.profiles.list(), known?.profiles),
    items(client.projects.list(), known?.projects),
    items(client.templates.list(), known?.templates),
  ]);
  return { models: models.filter((model) => model.enabled), profiles, projects, templates };
}

export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof EFFORTS)[number];
