// Decides what happens to workspaces on disk that no row knows. They may belong to another deployment, to a restored
// database or to a copy of ours. That we do not know them does not prove that nobody needs them.
import type { Logger } from "pino";
import type { Reading } from "../../platform/metrics.ts";
import { readDeploymentId } from "../../store/access/deployment.ts";
import type { Store } from "../../store/store.ts";
import { knownWorkspaceIds } from "../../store/workspace/tell-workspaces.ts";
import type { FoundPlace, WorkspaceDriver } from "../../workspaces/driver.ts";

/** Time to notice that the database was the wrong one, including a long weekend (SPEC O5). */
const QUARANTINE_MS = 7 * 24 * 3_600_000;
/** The names that we give. Whatever else a driver finds was not made by us and stays alone. */
const OUR_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export interface ReaperDeps {
  readonly store: Pick<Store, "pool">;
  readonly driver: WorkspaceDriver;
  /** The owner of the places in the driver. */
  readonly deployment: string;
  readonly logger: Logger;
  readonly now?: () => Date;
}

export interface Reaper {
  /** Looks at all places once. Sets a place aside if two looks in a row did not know it. */
  look(): Promise<void>;
  readonly readings: readonly Reading[];
}

export function createReaper(deps: ReaperDeps): Reaper {
  const counts = { quarantined: 0, discarded: 0, inQuarantine: 0, unclaimed: 0 };
  const told = new Set<string>();
  let suspects: ReadonlySet<string> = new Set();

  const look = async (): Promise<void> => {
    const { store, driver, deployment } = deps;
    // A database that was replaced while we ran knows nothing of our places.
    if ((await readDeploymentId(store.pool)) !== deployment) {
      suspects = new Set();
      return;
    }
    const places = (await driver.keeping.survey()).filter(({ workspace_id }) => OUR_ID.test(workspace_id));
    const ids = places.map(({ workspace_id }) => workspace_id);
    const known = await knownWorkspaceIds(store.pool, [...new Set(ids)]);
    const suspectedBefore = suspects;
    const suspected = new Set<string>();
    counts.inQuarantine = places.filter(({ quarantined_at }) => quarantined_at !== null).length;
    counts.unclaimed = 0;
    for (const place of places) {
      const { workspace_id } = place;
      const step = nextStep(place, known.has(workspace_id), suspectedBefore.has(workspace_id));
      if (step === "leave") counts.unclaimed += 1;
      // If it could not be set aside because something runs in it, the next look tries again.
      if (step === "suspect" || step === "quarantine") suspected.add(workspace_id);
      try {
        await carryOut(step, place);
      } catch (error) {
        deps.logger.warn({ err: error, workspace_id, step }, "place of a workspace could not be dealt with");
      }
    }
    suspects = suspected;
  };

  const carryOut = async (step: PlaceStep, { workspace_id, owner }: FoundPlace): Promise<void> => {
    const { logger, driver } = deps;
    const { keeping } = driver;
    switch (step) {
      case "nothing":
      case "suspect":
        return;
      case "leave":
        if (told.has(workspace_id)) return;
        told.add(workspace_id);
        logger.warn({ workspace_id, owner }, "place that is not known to be ours, left alone for good");
        return;
      case "adopt":
        await keeping.adopt(workspace_id);
        return;
      case "release":
        await keeping.release(workspace_id);
        logger.info({ workspace_id }, "place of a known workspace brought back from quarantine");
        return;
      case "quarantine": {
        const now_at = await keeping.quarantine(workspace_id);
        if (now_at === null) return;
        counts.quarantined += 1;
        logger.warn({ workspace_id, now_at, kept_days: 7 }, "place without a workspace, put into quarantine");
        return;
      }
      case "discard": {
        const before = new Date((deps.now?.() ?? new Date()).getTime() - QUARANTINE_MS);
        if (!(await keeping.discard(workspace_id, before))) return;
        counts.discarded += 1;
        logger.warn({ workspace_id }, "place without a workspace removed after its time in quarantine");
      }
    }
  };
  return { look, readings: readingsOf(counts) };
}

type PlaceStep = "nothing" | "suspect" | "leave" | "adopt" | "release" | "quarantine" | "discard";

/**
 * A workspace that is being deleted keeps its row until its place is gone, and a place is created after its row. So a
 * place that is unknown twice belongs to no workspace of this database.
 */
function nextStep({ owner, quarantined_at }: FoundPlace, isKnown: boolean, wasSuspected: boolean): PlaceStep {
  // A known workspace with the mark of another deployment: its own steps refuse it and explain why.
  if (owner === "others") return "leave";
  if (isKnown) return quarantined_at !== null ? "release" : owner === "unmarked" ? "adopt" : "nothing";
  // Created before places were marked. Nobody can know any more whose it is.
  if (owner === "unmarked") return "leave";
  if (quarantined_at !== null) return "discard";
  return wasSuspected ? "quarantine" : "suspect";
}

function readingsOf(counts: {
  readonly quarantined: number;
  readonly discarded: number;
  readonly inQuarantine: number;
  readonly unclaimed: number;
}): readonly Reading[] {
  return [
    {
      name: "everturn_places_quarantined_total",
      help: "Workspaces on disk that the database does not know and that were put into quarantine",
      read: () => counts.quarantined,
    },
    {
      name: "everturn_places_discarded_total",
      help: "Workspaces removed after seven days in quarantine",
      read: () => counts.discarded,
    },
    {
      name: "everturn_places_in_quarantine",
      help: "Workspaces in quarantine at present",
      read: () => counts.inQuarantine,
    },
    {
      name: "everturn_places_unclaimed",
      help: "Workspaces on disk that belong to other deployments or to nobody known, and are left alone",
      read: () => counts.unclaimed,
    },
  ];
}
