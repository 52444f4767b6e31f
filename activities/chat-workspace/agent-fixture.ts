// For tests: a driver whose workspaces, with their agents, live in memory. The driver and
// the agent are outside systems here; their errors are theirs, and everything else is real.
import {
  type AgentApi,
  AgentError,
  type ProcessEvent,
  type ProcessInfo,
} from "../../workspaces/agent/api.ts";
import {
  type AgentAddress,
  type PlaceKeeping,
  type WorkspaceDriver,
  WorkspaceError,
} from "../../workspaces/driver.ts";

export interface MemoryPlace {
  /** The daemon's; new with each start. */
  instance: number;
  alive: boolean;
  /** It cannot be started, for this reason. */
  mute: string | null;
  /** Effects by key, in the order they first came; kept when the daemon dies, as the real one keeps them on disk. */
  readonly effects: string[];
  /** Called when a request has had its effect, before the answer: it may kill the daemon. */
  onCall: (name: string) => void;
}

export interface MemoryDriver extends WorkspaceDriver {
  readonly places: Map<string, MemoryPlace>;
  /** What was asked of the driver: `connect`, `stop` … */
  readonly asked: string[];
  /** Called before a connect answers. */
  beforeConnect: (id: string) => Promise<void>;
  openAgent(address: AgentAddress): AgentApi;
}

/** Of drivers whose places are in memory: nothing of them outlives the test, so nothing is set aside. */
export const nothingKept: PlaceKeeping = {
  survey: () => Promise.resolve([]),
  adopt: unscripted,
  quarantine: unscripted,
  release: unscripted,
  discard: unscripted,
};

export function createMemoryDriver(): MemoryDriver {
  const places = new Map<string, MemoryPlace>();
  const asked: string[] = [];
  const driver: MemoryDriver = {
    name: "local",
    places,
    asked,
    beforeConnect: () => Promise.resolve(),
    probe: () => Promise.resolve([]),
    provision(id) {
      places.set(id, { instance: 1, alive: true, mute: null, effects: [], onCall: () => undefined });
      return Promise.resolve();
    },
    async connect(id) {
      asked.push("connect");
      await driver.beforeConnect(id);
      const place = places.get(id);
      if (place === undefined) throw new WorkspaceError("workspace_missing", "There is no such workspace");
      if (place.mute !== null) throw new WorkspaceError("agent_failed", place.mute);
      if (!place.alive) Object.assign(place, { alive: true, instance: place.instance + 1 });
      return { kind: "unix", path: id, token: String(place.instance) };
    },
    stop(id) {
      asked.push("stop");
      const place = places.get(id);
      if (place !== undefined) place.alive = false;
      return Promise.resolve();
    },
    destroy(id) {
      places.delete(id);
      return Promise.resolve();
    },
    list: () => Promise.resolve([...places.keys()]),
    keeping: nothingKept,
    openAgent: (address) => createMemoryAgent(places, address),
  };
  return driver;
}

function aProcess(key: string, command: string): ProcessInfo {
  return {
    key,
    command,
    cwd: ".",
    state: "running",
    pid: 1,
    exit_code: null,
    signal: null,
    start_error: null,
    started_at: "2026-01-01T00:00:00.000Z",
    ended_at: null,
    elapsed_ms: 0,
    output_bytes: 0,
    output_kept_from: 0,
  };
}

function unscripted(): Promise<never> {
  return Promise.reject(new Error("not scripted"));
}

function createMemoryAgent(places: ReadonlyMap<string, MemoryPlace>, address: AgentAddress): AgentApi {
  const id = address.kind === "unix" ? address.path : "";
  /** One request: it has its effect, and its answer comes unless the daemon has died. */
  const ask = async <T>(name: string, answer: T, effect?: string): Promise<T> => {
    const place = here();
    if (effect !== undefined && !place.effects.includes(effect)) place.effects.push(effect);
    place.onCall(name);
    here();
    await Promise.resolve();
    return answer;
  };
  const here = (): MemoryPlace => {
    const place = places.get(id);
    if (place?.alive !== true) throw new AgentError("unreachable", "connect ECONNREFUSED");
    if (address.token !== String(place.instance)) throw new AgentError("unauthorized", "another token");
    return place;
  };
  return {
    health: () =>
      ask("health", { version: "1", instance_id: address.token, started_at: "", root: "/workspace" }),
    files: {
      readLines: ({ path }) =>
        ask("readLines", {
          path,
          content: "1\tone",
          start_line: 1,
          end_line: 1,
          total_lines: 1,
          truncated: false,
        }),
      listDir: unscripted,
      grep: unscripted,
      findFiles: unscripted,
      stat: unscripted,
      readBytes: unscripted,
      writeFile: ({ key, path, content }) =>
        ask("writeFile", { path, bytes: content.length, created: true }, `write ${key}`),
      writeBytes: unscripted,
      editFiles: unscripted,
    },
    processes: {
      start: ({ key, command }) =>
        ask("start", { process: aProcess(key, command), created: true }, `start ${key}`),
      get: unscripted,
      list: () => ask("list", []),
      output: unscripted,
      follow: (args) => follow(args, () => ask("follow", undefined)),
      // Not kept by key: each one that arrives counts.
      signal: ({ key, signal }) =>
        ask("signal", aProcess(key, ""), `${signal} ${places.get(id)?.effects.length}`),
      writeInput: ({ key, text }) =>
        ask("writeInput", aProcess(key, ""), `input ${text} ${places.get(id)?.effects.length}`),
      resize: unscripted,
    },
  };
}

async function* follow(
  { key, offset }: { readonly key: string; readonly offset: number },
  ask: () => Promise<void>,
): AsyncGenerator<ProcessEvent> {
  await ask();
  yield { type: "output", offset, bytes: Buffer.from("more\n") };
  await ask();
  yield { type: "ended", process: { ...aProcess(key, ""), state: "exited", exit_code: 0 } };
}
