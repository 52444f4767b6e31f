// The connections of a worker to MCP servers: one for each server and credentials, shared by turns, closed when nobody uses it,
// tried again with growing waits when it fails.
import type { McpAnswer, McpCall } from "../connection/call-tool.ts";
import type { McpConnection, OpenConnection } from "../connection/open-connection.ts";
import type { McpPlace, McpTarget } from "../connection/open-transport.ts";
import { type McpToolInfo, toolInfos } from "../discovery/tool-info.ts";
import {
  backOffFirstMs,
  backOffMaxMs,
  connectionsMax,
  idleMs,
  slotsMax,
  toolsFreshMs,
  toolsKeptMs,
} from "../limits.ts";
import { McpFault, mcpFaultOf } from "../mcp-fault.ts";

export interface PoolDeps {
  readonly place: McpPlace;
  readonly open: (asked: OpenConnection) => Promise<McpConnection>;
  readonly now: () => number;
}

interface Slot {
  readonly key: string;
  connection: McpConnection | null;
  opening: Promise<McpConnection> | null;
  failures: number;
  retryAt: number;
  fault: McpFault | null;
  users: number;
  /** Calls under way. */
  calls: number;
  /** It asks people while calls are under way: each call then has a connection to itself, so that it is clear who is asked. */
  asks: boolean;
  usedAt: number;
  tools: { readonly list: readonly McpToolInfo[]; readonly at: number } | null;
  toolsChanged: boolean;
  listing: Promise<readonly McpToolInfo[]> | null;
}

/** Every function throws `McpFault`, or the reason of its signal. */
export class McpPool {
  readonly #deps: PoolDeps;
  /** In the order of their last use: the first is the one that is given up first. */
  readonly #slots = new Map<string, Slot>();
  readonly #sweep: NodeJS.Timeout;
  #isClosed = false;
  /** Connections that one call has to itself. */
  #apart = 0;

  constructor(deps: PoolDeps) {
    this.#deps = deps;
    this.#sweep = setInterval(() => this.closeIdle(), idleMs / 5).unref();
  }

  /** The tools of a server, as it last told: from memory unless they changed or are old. */
  async toolsOf(target: McpTarget, signal: AbortSignal): Promise<readonly McpToolInfo[]> {
    const slot = this.#slotOf(target.key);
    const age = slot.tools === null ? Number.POSITIVE_INFINITY : this.#deps.now() - slot.tools.at;
    if (slot.tools !== null && age < toolsFreshMs && !slot.toolsChanged) return slot.tools.list;
    try {
      slot.listing ??= this.#list(slot, target).finally(() => {
        slot.listing = null;
      });
      return await untilAborted(slot.listing, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (slot.tools !== null && age < toolsKeptMs) return slot.tools.list;
      throw error;
    }
  }

  /** `isSafe`: the call may be made again when it is unknown whether it took effect. */
  async call(target: McpTarget, call: McpCall, isSafe: boolean): Promise<McpAnswer> {
    const slot = this.#slotOf(target.key);
    slot.users++;
    slot.calls++;
    try {
      if (slot.asks && slot.calls > 1) return await this.#callApart(slot, target, call);
      const first = await untilAborted(this.#connect(slot, target), call.signal);
      try {
        return await first.call(call);
      } catch (error) {
        call.signal.throwIfAborted();
        const fault = this.#note(slot, first, error);
        const mayRepeat = fault.type === "session-lost" || (fault.type === "lost" && isSafe);
        if (!mayRepeat) throw fault;
        const again = this.#connect(slot, target).catch((cause: unknown) => {
          // That nothing was done is true of the second try alone.
          throw fault.type === "lost" ? fault : cause;
        });
        return await (await untilAborted(again, call.signal)).call(call);
      }
    } finally {
      slot.calls--;
      slot.users--;
      slot.usedAt = this.#deps.now();
    }
  }

  async #callApart(slot: Slot, target: McpTarget, call: McpCall): Promise<McpAnswer> {
    if (this.connections() >= connectionsMax && !this.#giveUpIdlest()) throw this.#full();
    this.#apart++;
    const opening = this.#openFor(slot, target, () => undefined);
    try {
      return await (await untilAborted(opening, call.signal)).call(call);
    } finally {
      const closed = opening.then((own) => own.close());
      void closed.catch(() => undefined).then(() => this.#apart--);
    }
  }

  /** Closes connections that nobody has used for a while. */
  closeIdle(): void {
    const before = this.#deps.now() - idleMs;
    for (const slot of this.#slots.values()) if (slot.users === 0 && slot.usedAt < before) this.#drop(slot);
  }

  connections(): number {
    const shared = [...this.#slots.values()].filter(
      ({ connection, opening }) => connection !== null || opening !== null,
    );
    return shared.length + this.#apart;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweep);
    const open = [...this.#slots.values()].flatMap(({ connection }) =>
      connection === null ? [] : [connection],
    );
    this.#slots.clear();
    await Promise.all(open.map((connection) => connection.close()));
  }

  async #list(slot: Slot, target: McpTarget): Promise<readonly McpToolInfo[]> {
    slot.users++;
    try {
      const connection = await this.#connect(slot, target);
      // A change that is told from here on is one that the list may not have.
      slot.toolsChanged = false;
      try {
        const list = await toolInfos(target.server, await connection.listTools(new AbortController().signal));
        slot.tools = { list, at: this.#deps.now() };
        return list;
      } catch (error) {
        slot.toolsChanged = true;
        throw this.#failed(slot, this.#note(slot, connection, error));
      }
    } finally {
      slot.users--;
      slot.usedAt = this.#deps.now();
    }
  }

  #connect(slot: Slot, target: McpTarget): Promise<McpConnection> {
    if (slot.connection?.isOpen()) return Promise.resolve(slot.connection);
    if (slot.opening !== null) return slot.opening;
    const fault = this.#faultBefore(slot);
    if (fault !== null) return Promise.reject(fault);
    slot.opening = this.#open(slot, target).finally(() => {
      slot.opening = null;
    });
    return slot.opening;
  }

  /** Why it is not even tried; null: it is. */
  #faultBefore(slot: Slot): McpFault | null {
    const waitMs = slot.retryAt - this.#deps.now();
    if (waitMs > 0 && slot.fault !== null) {
      const words = `${slot.fault.message} (it is tried again in ${Math.ceil(waitMs / 1_000)} s)`;
      return new McpFault(slot.fault.type, words, slot.fault);
    }
    if (this.#isClosed) return new McpFault("unreachable", "this worker is shutting down");
    if (this.connections() < connectionsMax || this.#giveUpIdlest()) return null;
    return this.#full();
  }

  #full(): McpFault {
    return new McpFault("unreachable", `this worker has ${connectionsMax} MCP connections in use`);
  }

  #openFor(
    slot: Slot,
    { server, signedIn, inside }: McpTarget,
    onClosed: () => void,
  ): Promise<McpConnection> {
    const onToolsChanged = () => {
      slot.toolsChanged = true;
    };
    const onAmongOthers = () => {
      slot.asks = true;
    };
    const { place, open } = this.#deps;
    return open({ server, place, signedIn, inside, onToolsChanged, onAmongOthers, onClosed });
  }

  async #open(slot: Slot, target: McpTarget): Promise<McpConnection> {
    try {
      let opened: McpConnection | null = null;
      // It may end before it is open.
      const connection = await this.#openFor(slot, target, () => {
        if (slot.connection === opened) slot.connection = null;
      });
      opened = connection;
      if (this.#isClosed) {
        await connection.close();
        throw new McpFault("unreachable", "this worker is shutting down");
      }
      // What it offers may have changed while nobody listened.
      slot.toolsChanged = slot.tools !== null;
      Object.assign(slot, { connection, failures: 0, retryAt: 0, fault: null });
      return connection;
    } catch (error) {
      throw this.#failed(slot, mcpFaultOf(error, { connecting: true }));
    }
  }

  /** The next try waits. A sign-in, or a workspace, may come at any time, so that the next try is not put off. */
  #failed(slot: Slot, fault: McpFault): McpFault {
    if (fault.type === "sign-in-needed" || fault.type === "no-workspace") return fault;
    slot.failures++;
    slot.fault = fault;
    slot.retryAt = this.#deps.now() + Math.min(backOffMaxMs, backOffFirstMs * 2 ** (slot.failures - 1));
    return fault;
  }

  /** Gives a connection up whose server is not as it was. */
  #note(slot: Slot, connection: McpConnection, error: unknown): McpFault {
    const fault = mcpFaultOf(error, { connecting: false });
    const isGone = fault.type === "lost" || fault.type === "session-lost" || fault.type === "flooding";
    if ((isGone || !connection.isOpen()) && slot.connection === connection) this.#drop(slot);
    if (fault.type === "flooding") this.#failed(slot, fault);
    return fault;
  }

  #drop(slot: Slot): void {
    const { connection } = slot;
    slot.connection = null;
    void connection?.close();
  }

  #giveUpIdlest(): boolean {
    const idle = [...this.#slots.values()].find(
      ({ users, connection }) => users === 0 && connection !== null,
    );
    if (idle === undefined) return false;
    this.#drop(idle);
    return true;
  }

  #slotOf(key: string): Slot {
    const known = this.#slots.get(key);
    const slot: Slot = known ?? {
      key,
      connection: null,
      opening: null,
      failures: 0,
      retryAt: 0,
      fault: null,
      users: 0,
      calls: 0,
      asks: false,
      usedAt: this.#deps.now(),
      tools: null,
      toolsChanged: false,
      listing: null,
    };
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    if (known === undefined) this.#forgetOldest();
    return slot;
  }

  #forgetOldest(): void {
    for (const slot of this.#slots.values()) {
      if (this.#slots.size <= slotsMax) return;
      if (slot.users > 0 || slot.opening !== null) continue;
      this.#drop(slot);
      this.#slots.delete(slot.key);
    }
  }
}

/** What is waited for goes on: others may wait for it, too. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
    work.catch(() => undefined);
  }
}
