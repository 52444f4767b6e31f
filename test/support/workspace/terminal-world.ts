// Tests: terminals in real workspaces, read and typed into by the client.
import assert from "node:assert/strict";
import { Everturn as Client, EverturnError, type Terminal } from "../../../client/index.ts";
import { createCaller, createStrictCaller, type Everturn } from "../everturn.ts";
import { soon } from "../soon.ts";

export const size = { cols: 80, rows: 24 };

export async function runningWorkspace(everturn: Everturn, template = "blank"): Promise<string> {
  const { id } = await everturn.call<{ id: string }>("POST", "/v1/workspaces", { template });
  await untilReady(everturn, id);
  return id;
}

/** Builds take as long as the machine needs. */
export async function untilReady(everturn: Everturn, id: string): Promise<void> {
  await soon("the workspace runs", async () => {
    const { status, agent_status } = await everturn.call<Record<string, string>>(
      "GET",
      `/v1/workspaces/${id}`,
    );
    return status === "running" && agent_status === "ready";
  });
}

/** Everturn as somebody calls it who has another key. */
export function asHolderOf(everturn: Everturn, key: string): Everturn {
  const answer = createCaller(everturn.url, key);
  return { ...everturn, key, answer, call: createStrictCaller(answer) };
}

/** One reader of a terminal, and somebody who types. */
export class TerminalReader {
  readonly id: string;
  readonly #workspace: string;
  readonly #client: Client;
  readonly #leave = new AbortController();
  /** Whether the stream has ended, or why it broke off. */
  #ended: boolean | Error = false;
  /** What it has read. */
  text = "";
  /** Places that were read, as `from-to`. */
  readonly ranges: { from: number; to: number; skipped: number }[] = [];
  terminal: Terminal | null = null;

  /** @param after where it goes on; absent: from what is kept */
  constructor(
    everturn: Everturn,
    { workspace_id, id }: Pick<Terminal, "workspace_id" | "id">,
    after?: string,
  ) {
    this.id = id;
    this.#workspace = workspace_id;
    this.#client = new Client({ baseUrl: everturn.url, apiKey: everturn.key });
    this.#read(after).then(
      () => (this.#ended = true),
      (error: unknown) => (this.#ended = error as Error),
    );
  }

  static async open(everturn: Everturn, workspace: string): Promise<TerminalReader> {
    const opened = await everturn.call<Terminal>("POST", `/v1/workspaces/${workspace}/terminals`, size);
    assert.equal(opened.status, "opening");
    const reader = new TerminalReader(everturn, opened);
    await reader.untilState("open");
    return reader;
  }

  async #read(after: string | undefined): Promise<void> {
    const { signal } = this.#leave;
    const options = { signal, ...(after !== undefined && { after }) };
    for await (const event of this.#client.workspaces.terminalOutput(this.#workspace, this.id, options)) {
      if (event.type === "terminal") this.terminal = event.data.terminal;
      else {
        const { bytes, ...range } = event.data;
        this.text += Buffer.from(bytes).toString("latin1");
        this.ranges.push(range);
      }
    }
  }

  async type(text: string): Promise<void> {
    await this.#client.workspaces.typeInTerminal(this.#workspace, { id: this.id, text });
  }

  async until(words: RegExp): Promise<void> {
    await soon("the words", () => words.test(this.text)).catch(() => {
      assert.match(this.text.slice(-2_000), words);
    });
  }

  async untilState(status: Terminal["status"]): Promise<void> {
    await soon(`the terminal is ${status}`, () => {
      if (status !== "closed") assert.equal(this.terminal?.end ?? null, null);
      return this.terminal?.status === status;
    });
  }

  /** How it ended, once the stream has ended, too. */
  async end(): Promise<NonNullable<Terminal["end"]>> {
    await soon("the stream has ended", () => this.#ended !== false).catch(() => {
      assert.fail(`the stream goes on: ${JSON.stringify([this.terminal, this.text.slice(-1_000)])}`);
    });
    if (this.#ended instanceof Error) throw this.#ended;
    const end = this.terminal?.end;
    assert(end != null, JSON.stringify(this.terminal));
    return end;
  }

  /** Why it may not read any more. */
  async refusal(): Promise<Pick<EverturnError, "status" | "code">> {
    await soon("the stream is refused", () => this.#ended !== false);
    assert(this.#ended instanceof EverturnError, String(this.#ended));
    return { status: this.#ended.status, code: this.#ended.code };
  }

  leave(): void {
    this.#leave.abort();
  }
}
