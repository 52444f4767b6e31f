// The modules that the runs of a worker share. Every turn is a run, and a run evaluates its modules anew; those named here are
// evaluated once and then frozen, since they hold no state of a run. Do not name a module that holds some: it would leak from one
// chat's run into another's.
import "@temporalio/workflow";
import "../core/assert-never.ts";
import "../core/chat/limits.ts";
import "../core/chat/retry-delay.ts";
import "../core/text/truncate.ts";
import "./activity-options.ts";
import "./contract.ts";
import "./search-attributes.ts";
import "./turn/hand-over.ts";
import "./turn/heard.ts";
import "./turn/read-signal.ts";
import "./turn/run-tools.ts";
import "./turn/turn-details.ts";
import "./turn/turn-end.ts";
import "./turn/words-of-failure.ts";

/**
 * The SDK keeps a stack for every promise of a run, for the call stack in the Web UI: with the usual ten frames that is a
 * third of what a run's workflow code costs. Four name the place; errors in workflow code have as many.
 */
const stackFramesMax = 4;
Error.stackTraceLimit = stackFramesMax;
