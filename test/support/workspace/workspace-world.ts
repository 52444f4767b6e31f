// Tests: workspaces on a real Postgres and a real Temporal, with workers in this process and a scripted driver.
import { randomUUID } from "node:crypto";
import { createWorkspaceActivities } from "../../../activities/workspace/create-workspace-activities.ts";
import type { WorkspaceWish } from "../../../core/workspace/workspace.ts";
import { createWorkspaceTeller, type WorkspaceTeller } from "../../../delivery/tell-workspace.ts";
import { createLogger } from "../../../platform/logger.ts";
import { inUnit } from "../../../store/unit.ts";
import { type CreateWorkspaceInput, createWorkspace } from "../../../store/workspace/create-workspace.ts";
import { requestWorkspace } from "../../../store/workspace/request-workspace.ts";
import { type BuildRow, readBuild, readBuildLog } from "../../../store/workspace/workspace-builds.ts";
import { readWorkspace, type WorkspaceRow } from "../../../store/workspace/workspaces.ts";
import { workspaceWorkflowId } from "../../../workflows/contract.ts";
import type { WorkspaceDriver } from "../../../workspaces/driver.ts";
import { createTestDatabase } from "../database.ts";
import { soon } from "../soon.ts";
import { openStore, type TestStore } from "../turn/chats.ts";
import { createWorkers } from "../turn/test-workers.ts";
import { openTemporal, type TestTemporal } from "../turn/workflow-run.ts";
import { ScriptedDriver } from "./scripted-driver.ts";

const LINES_MAX = 10_000;

export const logger = createLogger({ level: "silent", role: "worker" });

/** What a workspace is made from; nothing runs in it. */
export function aPlan(store: TestStore, more: Partial<CreateWorkspaceInput> = {}): CreateWorkspaceInput {
  return {
    owner_id: store.userId,
    name: null,
    template: "blank",
    parameters: {},
    plan: {
      image: "none",
      files: null,
      env: {},
      network: false,
      limits: { memory_mib: 64, cpus: 1, pids: 16 },
    },
    build_commands: [],
    startup: null,
    ttl_ms: null,
    driver: "local",
    began_by: null,
    ...more,
  };
}

export interface TestWorker {
  /** As on SIGTERM: activities hand on, then the worker ends. */
  stop(): Promise<void>;
}

/** One database, one task queue, one driver; each test makes its own workspaces. */
export class WorkspaceWorld {
  readonly store: TestStore;
  readonly temporal: TestTemporal;
  readonly teller: WorkspaceTeller;
  readonly #queue = `workspaces-${randomUUID()}`;
  readonly #workers = new Set<TestWorker>();
  readonly #drop: () => Promise<void>;
  /** A fresh one for each test. Workers ask the one that is here. */
  driver = new ScriptedDriver();
  buildMs = 600_000;
  connectMs = 200;

  private constructor(store: TestStore, temporal: TestTemporal, drop: () => Promise<void>) {
    this.store = store;
    this.temporal = temporal;
    this.#drop = drop;
    this.teller = createWorkspaceTeller({
      temporal: () => temporal.client,
      store,
      taskQueue: this.#queue,
      showTitles: true,
      consoleUrl: null,
      heartbeatTimeoutMs: 3_000,
      logger,
    });
  }

  static async open(): Promise<WorkspaceWorld> {
    const database = await createTestDatabase();
    const [store, temporal] = await Promise.all([openStore(database.url), openTemporal()]);
    return new WorkspaceWorld(store, temporal, () => database.drop());
  }

  async close(): Promise<void> {
    await this.stopWorkers();
    await this.temporal.close();
    await this.store.pool.end();
    await this.#drop();
  }

  async stopWorkers(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
  }

  /** For a test that any worker serves: that of the test before goes on. */
  async ensureWorker(): Promise<void> {
    if (this.#workers.size === 0) await this.startWorker();
  }

  async startWorker(): Promise<TestWorker> {
    const shutdown = new AbortController();
    const { store } = this;
    const activities = createWorkspaceActivities({
      store,
      driver: this.#currentDriver(),
      openAgent: (address) => this.driver.openAgent(address),
      shutdown: shutdown.signal,
      heartbeatTimeoutMs: 3_000,
      buildMs: this.buildMs,
      connectMs: this.connectMs,
      showLogs: true,
      failpoint: () => undefined,
      logger,
    });
    const worker = await createWorkers(this.temporal, this.#queue, {
      activities,
      beside: ["builds"],
      shutdownGraceTime: "5 s",
      stickyQueueScheduleToStartTimeout: "1 s",
    });
    const running = worker.run();
    const started: TestWorker = {
      stop: async () => {
        if (!this.#workers.delete(started)) return;
        worker.shutdown();
        shutdown.abort();
        await running;
      },
    };
    this.#workers.add(started);
    return started;
  }

  #currentDriver(): WorkspaceDriver {
    const { name, keeping } = this.driver;
    return {
      name,
      keeping,
      probe: () => this.driver.probe(),
      provision: (...input) => this.driver.provision(...input),
      connect: (...input) => this.driver.connect(...input),
      stop: () => this.driver.stop(),
      destroy: (id) => this.driver.destroy(id),
      list: () => this.driver.list(),
    };
  }

  /** A workspace whose workflow has been told. */
  async create(more: Partial<CreateWorkspaceInput> = {}): Promise<WorkspaceRow> {
    const { result } = await inUnit(this.store, (unit) => createWorkspace(unit, aPlan(this.store, more)));
    await this.teller.tellLate(result);
    return result;
  }

  async wish(id: string, wish: WorkspaceWish): Promise<WorkspaceRow> {
    const { result } = await inUnit(this.store, (unit) =>
      requestWorkspace(unit, { id, wish, owner_id: this.store.userId }),
    );
    await this.teller.tellLate(result);
    return result;
  }

  row(id: string): Promise<WorkspaceRow> {
    return readWorkspace(this.store.pool, id, null) as Promise<WorkspaceRow>;
  }

  build({ id, build_id }: WorkspaceRow): Promise<BuildRow> {
    return readBuild(this.store.pool, id, build_id) as Promise<BuildRow>;
  }

  async log({ build_id }: Pick<WorkspaceRow, "build_id">): Promise<string[]> {
    const lines = await readBuildLog(this.store.pool, build_id, { after_seq: 0, limit: LINES_MAX });
    return lines.map(({ text }) => text);
  }

  /** Resolves with the row once it has this status. */
  until(id: string, status: WorkspaceRow["status"]): Promise<WorkspaceRow> {
    return soon(`the workspace is ${status}`, async () => {
      const row = await this.row(id);
      return row?.status === status && row;
    });
  }

  untilGone(id: string): Promise<boolean> {
    return soon(
      "the workspace is gone",
      async () => (await readWorkspace(this.store.pool, id, null)) === null,
    );
  }

  /** Resolves with the status of the newest run once none is open. */
  untilNoRun(id: string): Promise<string> {
    const handle = this.temporal.client.workflow.getHandle(workspaceWorkflowId(id));
    return soon("the run has ended", async () => {
      const { status } = await handle.describe();
      return status.name !== "RUNNING" && status.name !== "CONTINUED_AS_NEW" && status.name;
    });
  }
}
