// Dev holds the embedded stack: Temporal's dev server with our search attributes, tuned for turns of a few milliseconds.
import { connect, type IncomingHttpHeaders } from "node:http2";
import { startPart } from "../part/part.ts";
import type { Part, PartPlan, PartSurroundings } from "../part/part-plan.ts";
import { plainEnvironment } from "../stack-environment.ts";
import { SEARCH_ATTRIBUTES } from "./search-attributes.ts";

const READY_WITHIN_MS = 60_000;
const GRACE_MS = 10_000;
const CONNECT_TIMEOUT_MS = 1_000;

const DYNAMIC_CONFIG = [
  // The one shard is otherwise asked for work 20 times a second, which makes each step of a busy chat wait 40 ms.
  "history.transferProcessorMaxPollRPS=5000",
  // A run shorter than this that continues as new waits out the rest: a queued message would wait up to a second.
  'history.workflowIdReuseMinimalInterval="0s"',
  // Timers fire up to this much late, a second by default: the first retry of a model call would take twice its time. Shorter
  // than this, and each task's timeout is looked for, and its timer removed, by itself.
  'history.timerProcessorMaxTimeShift="50ms"',
  "history.timerProcessorMaxPollRPS=1000",
  // A turn's first activity comes back with the answer to its workflow task: a commit, a dispatch and a poll less.
  "system.enableActivityEagerExecution=true",
  // The dev server otherwise reads its search attributes from the file some six times a turn, to see new ones at once.
  "system.forceSearchAttributesCacheRefreshOnRead=false",
];
// A turn's first text waits for a few commits; a write-ahead log needs one flush less for each.
const SQLITE_PRAGMAS = ["journal_mode=wal", "synchronous=normal"];

export interface TemporalDevServerSettings {
  readonly binary: string;
  readonly port: number;
  /** Null: no Web UI. */
  readonly uiPort: number | null;
  /** Null: nothing is kept. */
  readonly file: string | null;
  readonly env: NodeJS.ProcessEnv;
}

export interface TemporalDevServer {
  readonly address: string;
  readonly uiUrl: string | undefined;
  readonly part: Part;
}

/**
 * Starts Temporal's dev server and waits until its frontend answers for the namespace.
 * @throws StartError
 */
export async function startTemporalDevServer(
  settings: TemporalDevServerSettings,
  surroundings: PartSurroundings,
): Promise<TemporalDevServer> {
  const address = `127.0.0.1:${settings.port}`;
  const part = await startPart(devServerPlan(settings, address), surroundings);
  return {
    address,
    uiUrl: settings.uiPort === null ? undefined : `http://127.0.0.1:${settings.uiPort}`,
    part,
  };
}

function devServerPlan(settings: TemporalDevServerSettings, address: string): PartPlan {
  const { uiPort, file } = settings;
  const args = [
    "server",
    "start-dev",
    "--ip",
    "127.0.0.1",
    "--port",
    String(settings.port),
    "--log-level",
    "warn",
  ];
  args.push(...(uiPort === null ? ["--headless"] : ["--ui-port", String(uiPort)]));
  for (const value of DYNAMIC_CONFIG) args.push("--dynamic-config-value", value);
  for (const [name, type] of Object.entries(SEARCH_ATTRIBUTES))
    args.push("--search-attribute", `${name}=${type}`);
  if (file !== null) {
    args.push("--db-filename", file);
    for (const pragma of SQLITE_PRAGMAS) args.push("--sqlite-pragma", pragma);
  }
  return {
    name: "temporal",
    command: settings.binary,
    args,
    env: plainEnvironment(settings.env),
    hasPrivateFiles: true,
    stopSignal: "SIGTERM",
    graceMs: GRACE_MS,
    readyWithinMs: READY_WITHIN_MS,
    probe: () => describeNamespace(address),
  };
}

/**
 * Asks for the default namespace by gRPC: a frame of five bytes (not compressed, length), then the message whose first field is
 * the name. Not by Temporal's client, which would cost the supervisor 50 MB for as long as the stack runs.
 */
async function describeNamespace(address: string): Promise<void> {
  const name = Buffer.from("default");
  const message = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const session = connect(`http://${address}`);
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (words: string) => reject(new Error(words));
      session.on("error", reject);
      session.setTimeout(CONNECT_TIMEOUT_MS, () => fail("no answer in time"));
      const stream = session.request({
        ":method": "POST",
        ":path": "/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace",
        "content-type": "application/grpc",
        te: "trailers",
      });
      const judge = (headers: IncomingHttpHeaders) => {
        const status = headers["grpc-status"]?.toString();
        if (status === "0") resolve();
        else if (status !== undefined) {
          fail(`gRPC status ${status} ${headers["grpc-message"]?.toString() ?? ""}`);
        }
      };
      // An answer without a body has its status in the headers, others behind it.
      stream.on("response", judge).on("trailers", judge).on("error", reject);
      stream.on("close", () => fail("the connection was closed"));
      stream.resume();
      stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
    });
  } finally {
    session.destroy();
  }
}
