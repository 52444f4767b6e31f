// Tests: a driver whose places exist in memory only. A driver stands for systems outside; what it meets there is scripted.
import { nothingKept } from "../../../activities/chat-workspace/agent-fixture.ts";
import {
  type AgentAddress,
  type DriverStep,
  type WorkspaceDriver,
  WorkspaceError,
} from "../../../workspaces/driver.ts";
import { type Command, ScriptedAgent } from "./scripted-agent.ts";

export class ScriptedDriver implements WorkspaceDriver {
  readonly name = "local";
  readonly keeping = nothingKept;
  /** Each step as it began: `provision`, `connect`, `stop`, `destroy`. */
  readonly steps: string[] = [];
  /** Agents by workspace; a stopped one is started again by connecting. */
  readonly places = new Map<string, ScriptedAgent>();
  readonly commands: Record<string, Command> = {};
  /** What happens in a step before it does its work; may throw. */
  readonly before: {
    provision?: (step: DriverStep) => Promise<void>;
    connect?: (signal: AbortSignal) => Promise<void>;
    stop?: () => Promise<void>;
    destroy?: () => Promise<void>;
  } = {};

  async probe(): Promise<readonly string[]> {
    return [];
  }

  async provision(workspaceId: string, _plan: unknown, step: DriverStep): Promise<void> {
    this.steps.push("provision");
    step.log("making the place");
    await this.before.provision?.(step);
    if (!this.places.has(workspaceId)) this.places.set(workspaceId, new ScriptedAgent(this.commands));
  }

  async connect(workspaceId: string, _plan: unknown, signal: AbortSignal): Promise<AgentAddress> {
    this.steps.push("connect");
    await this.before.connect?.(signal);
    if (!this.places.has(workspaceId))
      throw new WorkspaceError("workspace_missing", "there is no such place");
    return { kind: "unix", path: workspaceId, token: "" };
  }

  async stop(): Promise<void> {
    this.steps.push("stop");
    await this.before.stop?.();
  }

  async destroy(workspaceId: string): Promise<void> {
    this.steps.push("destroy");
    await this.before.destroy?.();
    this.places.delete(workspaceId);
  }

  async list(): Promise<readonly string[]> {
    return [...this.places.keys()];
  }

  /** As the client would, from an address this driver gave. */
  readonly openAgent = (address: AgentAddress) => {
    const agent = address.kind === "unix" ? this.places.get(address.path) : undefined;
    if (agent === undefined) throw new WorkspaceError("workspace_missing", "there is no such place");
    return agent.api();
  };
}
