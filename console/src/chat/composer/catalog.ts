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
    void catalogOf(client).then((found) => {
      if (!isOver) setCatalog(found);
    });
    return () => {
      isOver = true;
    };
  }, [client]);
  return catalog;
}

function catalogOf(client: Everturn): Promise<Catalog> {
  const now = Date.now();
  if (kept === null || kept.client !== client || now - kept.at > freshMs)
    kept = { client, at: now, catalog: readCatalog(client) };
  return kept.catalog;
}

async function readCatalog(client: Everturn): Promise<Catalog> {
  const items = async <T>(page: Promise<{ readonly items: readonly T[] }>): Promise<readonly T[]> =>
    page.then(({ items: all }) => all).catch(() => []);
  const [models, profiles, projects, templates] = await Promise.all([
    items(client.modelConfigs.list()),
    items(client.profiles.list()),
    items(client.projects.list()),
    items(client.templates.list()),
  ]);
  return { models: models.filter((model) => model.enabled), profiles, projects, templates };
}

export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof EFFORTS)[number];
