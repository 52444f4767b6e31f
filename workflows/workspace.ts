// The life of a workspace. The database row says what is wanted and how far things are. The workflow works towards it, and
// signals only say "look again".
import {
  type ActivityOptions,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  makeContinueAsNewFunc,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type {
  BuildRef,
  LocalWorkspaceActivities,
  NextWorkspaceStepOutput,
  WorkspaceActivities,
  WorkspaceRef,
} from "../activities/contract.ts";
import { assertNever } from "../core/assert-never.ts";
import { buildOptions, endWorkspaceOptions, transitionOptions } from "./activity-options.ts";
import { sideQueue, WISH_CHANGED, type WorkspaceInput, type WorkspaceResult } from "./contract.ts";
import { workspaceSearchAttributes } from "./search-attributes.ts";
import { checkWorkspaceInput, readWishSignal } from "./turn/read-signal.ts";
import { asPlainText, linkToRun, sinceNow } from "./turn/turn-details.ts";
import { wordsOfFailure } from "./turn/words-of-failure.ts";

const local = proxyLocalActivities<LocalWorkspaceActivities>(transitionOptions);

/** A bug is recorded, and what it left is cleaned up; more of them in a row than there are things to clean up are no accident. */
const crashesMax = 3;

interface Life {
  readonly input: WorkspaceInput;
  readonly workspace: WorkspaceRef;
  /** Newest wish that a signal told of and no look has been taken for. */
  heard: number;
  /** The wish was changed from within: no signal tells of it. */
  isToLook: boolean;
  crashes: number;
  /** This run has worked on a build: one that had failed before is no news. */
  hasBuilt: boolean;
  /** What went wrong last; null: nothing, or something else was wished since. */
  failure: WorkspaceFailure | null;
  /** As the last look has them. */
  chats: NonNullable<NextWorkspaceStepOutput["chats"]>;
  rest: WorkspaceResult | null;
}

/** How Temporal shows a run that did not do what was wished. */
interface WorkspaceFailure {
  readonly type: "build_failed" | "deletion_failed" | "crashed";
  readonly message: string;
}

/** Runs from before it completed, whatever had become of the workspace. */
const FAILS_RUNS = "failed-workspaces-fail-their-runs";

type Step<T extends NextWorkspaceStepOutput["step"]["type"]> = Extract<
  NextWorkspaceStepOutput["step"],
  { type: T }
>;

/** Works until nothing is left to do or to wait for; the next wish starts it again. */
export async function workspace(input: WorkspaceInput): Promise<WorkspaceResult | null> {
  checkWorkspaceInput(input);
  const life = beginLife(input);
  setHandler(defineSignal<[unknown]>(WISH_CHANGED), (payload) => {
    life.heard = Math.max(life.heard, readWishSignal(payload));
  });
  stopOnCancel(life);
  // Nothing below is cancelled from outside: a stop goes by way of the database, and what runs is cleaned up.
  await CancellationScope.nonCancellable(() => live(life));
  if (life.failure !== null && patched(FAILS_RUNS)) throw asFailure(life.failure);
  return life.rest;
}

function beginLife(input: WorkspaceInput): Life {
  const workspace = { workspace_id: input.workspace_id };
  const nothing = {
    heard: 0,
    isToLook: false,
    crashes: 0,
    hasBuilt: false,
    failure: null,
    chats: [],
    rest: null,
  };
  return { input, workspace, ...nothing };
}

/** Nobody tries it again: the workspace waits for another wish. */
function asFailure({ type, message }: WorkspaceFailure): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true });
}

async function live(life: Life): Promise<void> {
  while (life.crashes < crashesMax) {
    if (workflowInfo().continueAsNewSuggested) return continueAsNew(life.input);
    life.isToLook = false;
    life.failure = null;
    try {
      const next = await local.nextWorkspaceStep(life.workspace);
      life.chats = next.chats ?? [];
      const isOver = await perform(next, life);
      if (isOver) return;
    } catch (error) {
      // An uncaught bug would leave the run open for ever, and the workspace on its way to nowhere.
      life.crashes++;
      life.failure = { type: "crashed", message: "Something broke on our side." };
      await local.recordWorkspaceCrash({ ...life.workspace, message: wordsOfFailure(error) });
    }
  }
}

/** True: nothing is left to do, and nothing new was wished meanwhile. */
async function perform(next: NextWorkspaceStepOutput, life: Life): Promise<boolean> {
  const { step, version } = next;
  switch (step.type) {
    case "build":
      await build(step, life);
      return false;
    case "stop":
      await stop(step, life);
      return false;
    case "destroy":
      return destroy(life, version);
    case "wait":
      // Here it runs as it was wished: what has failed before is over.
      life.crashes = 0;
      show(life, "Running");
      await condition(() => hasNews(life, version), step.ms, { summary: "time-to-live" });
      life.heard = 0;
      return false;
    case "end":
      life.rest = resultOf(next);
      if (next.build_failed === true && life.hasBuilt)
        life.failure = { type: "build_failed", message: next.error ?? "The build failed." };
      show(life, inBold(life.rest.status), life.rest.error);
      return !takeNews(life, version);
    default:
      return assertNever(step);
  }
}

async function build(step: Step<"build">, life: Life): Promise<void> {
  life.hasBuilt = true;
  const ref: BuildRef = { ...life.workspace, build_id: step.build_id };
  const doing = (summary: string) => {
    show(life, "Building", summary);
    return activitiesWith(buildOptions(life.input, summary));
  };
  const made = step.makes_place && (await doing("making the place").provisionWorkspace(ref));
  if (made !== false && made.type === "over") return;
  const agent = await doing("connecting to the agent").connectWorkspace(ref);
  if (agent.type === "over") return;
  // Without an agent nothing can be run in it; the workspace says so (SPEC W3).
  if (agent.type === "ready") {
    const commands = step.runs_commands && (await doing("build commands").runBuildCommands(ref));
    if (commands !== false && commands.type === "over") return;
    const startup = step.runs_startup && (await doing("start-up script").runStartup(ref));
    if (startup !== false && startup.type === "over") return;
  }
  await local.finishBuild(ref);
}

/** On a queue of their own: builds take minutes, and turns wait for them. */
function activitiesWith(options: ActivityOptions) {
  const taskQueue = sideQueue(workflowInfo().taskQueue, "builds");
  return proxyActivities<WorkspaceActivities>({ ...options, taskQueue });
}

async function stop({ removes }: Step<"stop">, life: Life): Promise<void> {
  const { workspace: ref } = life;
  const summary = removes ? "removing what was begun" : "stopping";
  show(life, "Stopping", removes ? summary : "");
  const ended = activitiesWith(endWorkspaceOptions(life.input, summary));
  const error = await errorOf(ended.stopWorkspace({ ...ref, removes }));
  await local.finishStop({ ...ref, error: error === null ? null : `It could not be stopped: ${error}` });
}

/** A deletion that is given up ends the run unless it was wished again: tried for ever, it would be seen by nobody. */
async function destroy(life: Life, version: number): Promise<boolean> {
  const { workspace: ref } = life;
  show(life, "Deleting");
  const ended = activitiesWith(endWorkspaceOptions(life.input, "deleting"));
  const error = await errorOf(ended.destroyWorkspace(ref));
  await local.finishDeletion({ ...ref, error: error === null ? null : `It could not be deleted: ${error}` });
  if (error === null) return false;
  life.failure = { type: "deletion_failed", message: "It could not be deleted." };
  return !takeNews(life, version);
}

/** @param version the newest wish that has been seen */
function hasNews({ heard, isToLook }: Life, version: number): boolean {
  return isToLook || heard > version;
}

/** The look that follows sees every wish told so far: whatever version was named, it is no news after that. */
function takeNews(life: Life, version: number): boolean {
  const isNews = hasNews(life, version);
  life.heard = 0;
  return isNews;
}

/** Null: it went well. */
async function errorOf(work: Promise<void>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return wordsOfFailure(error);
  }
}

/** Cancel in Temporal's Web UI is the wish that it stops: by way of the database, so that nothing is left half. */
function stopOnCancel(life: Life): void {
  CancellationScope.current()
    .cancelRequested.catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
      return CancellationScope.nonCancellable(() => local.requestWorkspaceStop(life.workspace));
    })
    .then(
      () => {
        life.isToLook = true;
      },
      () => undefined,
    );
}

/** With the chats that work in it: their runs are found by these ids. */
function show({ input, chats }: Life, word: string, what = ""): void {
  const named = chats.map(({ id, title = "" }) =>
    title === "" ? linkToRun(id) : `${linkToRun(id)} (${asPlainText(title)})`,
  );
  const state = [`**${word}**`, ...(what === "" ? [] : [asPlainText(what)]), sinceNow()].join(" · ");
  const place = [
    ...(input.name === "" ? [] : [asPlainText(input.name)]),
    ...(named.length === 0 ? [] : [`for ${named.join(", ")}`]),
  ].join(" · ");
  setCurrentDetails(place === "" ? state : `${state}\n\n${place}`);
}

/** Its row is gone once it was deleted. */
function resultOf({ status, error }: NextWorkspaceStepOutput): WorkspaceResult {
  return { status: status ?? "deleted", ...(error !== undefined && { error }) };
}

function inBold(status: string): string {
  return `${status.slice(0, 1).toUpperCase()}${status.slice(1)}`;
}

function continueAsNew(input: WorkspaceInput): Promise<never> {
  const { owner_id, workspace_id } = input;
  const again = makeContinueAsNewFunc<typeof workspace>({
    // Not inherited: with the default a killed worker would cost the next step ten seconds.
    workflowTaskTimeout: "3 s",
    typedSearchAttributes: workspaceSearchAttributes({ owner_id, workspace_id }),
  });
  return again(input);
}
