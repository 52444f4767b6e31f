// Tests: the workspaces of chats as one worker's tools see them, on a real database; driver and builds are at a test's word.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryDriver, type MemoryDriver } from "../../../activities/chat-workspace/agent-fixture.ts";
import { createChatWorkspaces } from "../../../activities/chat-workspace/chat-workspace.ts";
import type { Store } from "../../../store/store.ts";
import { inUnit } from "../../../store/unit.ts";
import { requestWorkspace } from "../../../store/workspace/request-workspace.ts";
import { readWorkspace, type WorkspaceRow } from "../../../store/workspace/workspaces.ts";
import type { ChatWorkspace, WorkspaceReport } from "../../../tools/workspace/chat-workspace.ts";
import { createTemplateShelf } from "../../../workspaces/templates/templates.ts";
import { createTestDatabase } from "../database.ts";
import { aChat, openStore, type TestChat, type TestStore } from "../turn/chats.ts";
import { createHandBuilder, type HandBuilder } from "./hand-builder.ts";

export const never = new AbortController().signal;
export const node = { template: "node" } as const;

const nodeTemplate = `title: Node
description: A template.
image: debian:bookworm
build: [make]
parameters:
  - {name: size, type: number, description: Size., default: 1}
`;

export interface ToolWorlds {
  readonly store: TestStore;
  /** A worker that knows nothing yet, with a driver and a builder of its own. `reached` is the store as its tools reach it. */
  aWorld(reached?: Store): ToolWorld;
  close(): Promise<void>;
}

/** A database and a folder of templates for the worlds of one test file. */
export async function openToolWorlds(): Promise<ToolWorlds> {
  const database = await createTestDatabase();
  const store = await openStore(database.url);
  const templates = mkdtempSync(join(tmpdir(), "everturn-templates-"));
  mkdirSync(join(templates, "node"));
  writeFileSync(join(templates, "node/template.yaml"), nodeTemplate);
  return {
    store,
    aWorld: (reached = store) => new ToolWorld(store, { reached, templates }),
    async close() {
      await store.pool.end();
      await database.drop();
      rmSync(templates, { recursive: true });
    },
  };
}

export class ToolWorld {
  readonly store: TestStore;
  readonly driver: MemoryDriver;
  readonly builder: HandBuilder;
  readonly #workspaceOf: ReturnType<typeof createChatWorkspaces>;
  #now = 0;

  constructor(
    store: TestStore,
    { reached, templates }: { readonly reached: Store; readonly templates: string },
  ) {
    this.store = store;
    this.driver = createMemoryDriver();
    this.builder = createHandBuilder(store, this.driver);
    this.#workspaceOf = createChatWorkspaces({
      store: reached,
      driver: this.driver,
      openAgent: (address) => this.driver.openAgent(address),
      shelf: createTemplateShelf(templates),
      teller: this.builder,
      shutdown: never,
      pollMs: 5,
      nowMs: () => this.#now,
    });
  }

  /** As if this much time had passed. */
  pass(ms: number): void {
    this.#now += ms;
  }

  /** The chat's workspace as calls of one turn of it see it; of the present turn when not said. */
  async see(chat: TestChat, turn_id?: number): Promise<ChatWorkspace> {
    const row = await chat.row();
    return this.#workspaceOf(row, turn_id ?? row.current_turn_id ?? 0);
  }

  /** The next builds log this line and then wait for the word. */
  hold(): () => void {
    const held = Promise.withResolvers<void>();
    this.builder.script = { log: ["begun"], error: null, silent: null, held: held.promise };
    return () => held.resolve();
  }

  /** A chat whose workspace has been built and runs. */
  async aBuilt(): Promise<Built> {
    const chat = await aChat(this.store);
    const workspace = await this.see(chat);
    const report = await workspace.create(node, aWatch());
    await this.builder.rest();
    return { chat, workspace, report, row: () => this.row(report.workspace_id) };
  }

  async row(id: string | null): Promise<WorkspaceRow> {
    return (await readWorkspace(this.store.pool, id ?? "", null)) as WorkspaceRow;
  }

  /** Workspaces that turns of this chat have made. */
  async countMadeBy(chat: TestChat): Promise<number> {
    const { rows } = await this.store.pool.query<{ n: number }>(
      "select count(distinct workspace_id)::int n from workspace_builds where began_by_chat = $1",
      [chat.id],
    );
    return rows[0]?.n ?? 0;
  }

  /** Somebody's wish, by the API; resolves when it is fulfilled. */
  async wish(id: string, wish: "running" | "stopped" | "deleted"): Promise<void> {
    const { result } = await inUnit(this.store, (unit) =>
      requestWorkspace(unit, { id, owner_id: null, wish }),
    );
    await this.builder.tell(result);
    await this.builder.rest();
  }
}

export interface Built {
  readonly chat: TestChat;
  readonly workspace: ChatWorkspace;
  readonly report: WorkspaceReport;
  readonly row: () => Promise<WorkspaceRow>;
}

/** A running call's watch, and what it showed. */
export function aWatch() {
  const controller = new AbortController();
  const shown: string[] = [];
  const firstShown = Promise.withResolvers<void>();
  const emit = (words: string) => {
    shown.push(words);
    firstShown.resolve();
  };
  return { signal: controller.signal, emit, controller, shown, firstShown: firstShown.promise };
}
