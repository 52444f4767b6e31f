// What a caller may see of a debug run (SPEC A5). Members see nothing here that they cannot see elsewhere: base URLs,
// provider options and the deployment's prompt are for admins. So is everything that went over the wire, since it contains
// all three, and providers echo them in headers and bodies.
import type { DebugAttempt, DebugRunWithSteps, DebugStep } from "../../core/debug-run.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { type Caller, seesDeployment } from "../http/access/caller.ts";

const FOR_ADMINS = "[for admins]";

export function debugRunFor(
  run: DebugRunWithSteps,
  caller: Pick<Caller, "user" | "scope">,
): DebugRunWithSteps {
  if (seesDeployment(caller)) return run;
  return { ...run, steps: run.steps.map(stepForMembers) };
}

function stepForMembers(step: DebugStep): DebugStep {
  const request = step.request === null ? null : requestForMembers(step.request);
  return { ...step, request, attempts: step.attempts.map(attemptForMembers) };
}

/** Messages and tools belong to the chat, but the system prompt contains the deployment's prompt. */
function requestForMembers({ system, config, ...own }: JsonObject): JsonObject {
  const shown: JsonObject = { ...own, ...(system !== undefined && { system: FOR_ADMINS }) };
  if (typeof config !== "object" || config === null || Array.isArray(config)) return shown;
  const { provider_options, ...settings } = config as JsonObject;
  return {
    ...shown,
    config: { ...settings, ...(provider_options !== undefined && { provider_options: FOR_ADMINS }) },
  };
}

function attemptForMembers(attempt: DebugAttempt): DebugAttempt {
  const { request_body, response_headers, response_body, error } = attempt;
  return {
    ...attempt,
    url: FOR_ADMINS,
    request_headers: {},
    request_body: request_body === null ? null : FOR_ADMINS,
    response_headers: response_headers === null ? null : {},
    response_body: response_body === null ? null : FOR_ADMINS,
    error: error === null ? null : FOR_ADMINS,
  };
}
