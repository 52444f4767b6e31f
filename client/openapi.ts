// Generated from the OpenAPI document by test/support/client/openapi-types.ts. Do not edit.
import type { JsonValue } from "../core/part/part.ts";

/** Calls that take an Idempotency-Key, and so can be repeated safely. */
export const keyedOperations: ReadonlySet<string> = new Set([
  "post /v1/chats",
  "patch /v1/chats/{chat}",
  "delete /v1/chats/{chat}",
  "post /v1/chats/{chat}/interrupt",
  "post /v1/chats/{chat}/tool-results",
  "post /v1/chats/{chat}/approvals",
  "post /v1/chats/{chat}/answers",
  "post /v1/chats/{chat}/title",
  "post /v1/chats/{chat}/messages",
  "patch /v1/chats/{chat}/messages/{message}",
  "patch /v1/chats/{chat}/queue/{queued_message}",
  "delete /v1/chats/{chat}/queue/{queued_message}",
  "post /v1/chats/{chat}/queue/{queued_message}/promote",
  "post /v1/chats/{chat}/compact",
  "post /v1/chats/{chat}/clear",
  "post /v1/chats/{chat}/refresh-context",
  "post /v1/chats/{chat}/regenerate",
  "post /v1/chats/{chat}/fork",
  "post /ai-sdk/chat/{id}/stop",
  "post /v1/workspaces",
  "delete /v1/workspaces/{workspace}",
  "post /v1/workspaces/{workspace}/start",
  "post /v1/workspaces/{workspace}/stop"
]);

export interface paths {
    readonly "/v1/chats/watch": {
        /**
         * Follow all chats of the caller as server-sent events
         * @description `snapshot` {chats}: the newest 200, roots and descendants alike, archived ones too; it replaces what was known. Then {chat} as `created`, `action_required`, `archived` (also when it comes back), `status_change` (and whatever has no name of its own), `queue_change`, `title_change`, `summary_change` or `read_change`: the first that holds; and `deleted` {chat_id}. At least once: take a chat unless you have one of a newer `snapshot_version`. Reconnect with the last `id` as `Last-Event-ID`: what changed since then is sent again, or a snapshot.
         */
        readonly get: operations["getChatsWatch"];
    };
    readonly "/v1/chats": {
        /**
         * List the caller's chats
         * @description Roots with their descendants in `children`; pinned ones first, then by latest change.
         */
        readonly get: operations["getChats"];
        /**
         * Create a chat and run its first turn
         * @description Without `content` the chat is empty and rests: write to it later.
         */
        readonly post: operations["postChats"];
    };
    readonly "/v1/chats/{chat}": {
        /** Read a chat */
        readonly get: operations["getChatsByChat"];
        /** Delete a chat and its descendants */
        readonly delete: operations["deleteChatsByChat"];
        /**
         * Change a chat: title, labels, model, system prompt, tools, policy, archive and more
         * @description Archiving takes all descendants along; while one of them is busy nothing is changed.
         */
        readonly patch: operations["patchChatsByChat"];
    };
    readonly "/v1/chats/{chat}/interrupt": {
        /**
         * Interrupt the running turn
         * @description What was streamed so far is kept. An idle chat stays as it is. With a `turn_id`, such as a reader's `status` tells, that turn is stopped or nothing: where another has begun meanwhile, it goes on.
         */
        readonly post: operations["postChatsByChatInterrupt"];
    };
    readonly "/v1/chats/{chat}/tool-results": {
        /**
         * Submit the results of client-run tools
         * @description All open client calls at once. Of racing requests the first one wins.
         */
        readonly post: operations["postChatsByChatToolResults"];
    };
    readonly "/v1/chats/{chat}/approvals": {
        /**
         * Approve or deny tool calls
         * @description Singly or together. Approved calls run at once, while others may still wait.
         */
        readonly post: operations["postChatsByChatApprovals"];
    };
    readonly "/v1/chats/{chat}/answers": {
        /**
         * Answer the questions of a tool's server
         * @description Singly or together. `accept` gives what the form asks for, or says that the page was opened; `decline` is a no, `cancel` no answer at all. The server of the tool reads the answer, the model does not. A call goes on when all its questions are answered.
         */
        readonly post: operations["postChatsByChatAnswers"];
    };
    readonly "/v1/chats/{chat}/title": {
        /**
         * Ask a model for another title
         * @description Answers at once, with the present title; readers of the chat are told the new one when it is there. It takes the place of a title of the user's own, unless that is changed meanwhile.
         */
        readonly post: operations["postChatsByChatTitle"];
    };
    readonly "/v1/chats/{chat}/messages": {
        /**
         * Read messages and queue
         * @description Newest first; oldest first with only `after_id`.
         */
        readonly get: operations["getChatsByChatMessages"];
        /**
         * Send a message
         * @description An idle chat runs a turn; a busy one queues the message. With `busy_behavior` it interrupts or steers the turn that runs.
         */
        readonly post: operations["postChatsByChatMessages"];
    };
    readonly "/v1/chats/{chat}/messages/{message}": {
        /** Read a message */
        readonly get: operations["getChatsByChatMessagesByMessage"];
        /**
         * Edit a user message and run its turn anew
         * @description The message and all after it go, the queue is cleared, work in flight is dropped.
         */
        readonly patch: operations["patchChatsByChatMessagesByMessage"];
    };
    readonly "/v1/chats/{chat}/turns": {
        /**
         * List the turns of a chat
         * @description Newest first. Turns that an edit has removed are not among them.
         */
        readonly get: operations["getChatsByChatTurns"];
    };
    readonly "/v1/chats/{chat}/turns/{turn}": {
        /** Read a turn */
        readonly get: operations["getChatsByChatTurnsByTurn"];
    };
    readonly "/v1/chats/{chat}/queue/{queued_message}": {
        /** Delete a queued message */
        readonly delete: operations["deleteChatsByChatQueueByQueuedMessage"];
        /** Rewrite or move a queued message */
        readonly patch: operations["patchChatsByChatQueueByQueuedMessage"];
    };
    readonly "/v1/chats/{chat}/queue/{queued_message}/promote": {
        /**
         * Run a queued message next
         * @description At once when the chat is idle, else the running turn is interrupted for it.
         */
        readonly post: operations["postChatsByChatQueueByQueuedMessagePromote"];
    };
    readonly "/v1/chats/{chat}/debug/runs": {
        /**
         * List the newest debug runs of a chat
         * @description What models were called for: turns, titles, compactions, summaries; the newest 100. Recorded while the chat's `debug` is on, or for all chats, as the deployment has it; a moment late.
         */
        readonly get: operations["getChatsByChatDebugRuns"];
    };
    readonly "/v1/chats/{chat}/debug/runs/{run}": {
        /**
         * Read a debug run with its model calls and their HTTP calls
         * @description Headers and bodies as they were, without secrets; bodies up to 256 KiB, then a note of their size. Base URLs, what went over the wire, provider options and the system prompt are shown to admins alone.
         */
        readonly get: operations["getChatsByChatDebugRunsByRun"];
    };
    readonly "/v1/chats/{chat}/compact": {
        /**
         * Compact the context of an idle chat
         * @description A model summarises what was said; later prompts begin with the summary. The messages stay readable, and those not answered yet are kept word for word.
         */
        readonly post: operations["postChatsByChatCompact"];
    };
    readonly "/v1/chats/{chat}/clear": {
        /**
         * Clear the context of an idle chat
         * @description Later prompts begin empty, without a model call. The messages stay readable.
         */
        readonly post: operations["postChatsByChatClear"];
    };
    readonly "/v1/chats/{chat}/refresh-context": {
        /**
         * Read a chat's instructions and skills again
         * @description They are read before the next model call, also of a turn that runs. What has changed is added to the history: what the model was told before stays where it is, so that the provider's cache of it stays of use.
         */
        readonly post: operations["postChatsByChatRefreshContext"];
    };
    readonly "/v1/chats/{chat}/regenerate": {
        /**
         * Answer the newest user message again
         * @description As if that message were edited to its own content: it gets a new id, what came after it goes, the queue is cleared, work in flight is dropped.
         */
        readonly post: operations["postChatsByChatRegenerate"];
    };
    readonly "/v1/chats/{chat}/fork": {
        /**
         * Make a new chat with the history up to a message
         * @description The source may be in any state and is not changed; of a turn that runs, what is committed is copied. The new chat rests, with the source's model, prompt, labels, tools and workspace. Calls without a result get one that says so. What the copied messages have cost stays booked on the source alone.
         */
        readonly post: operations["postChatsByChatFork"];
    };
    readonly "/v1/search": {
        /**
         * Search titles and messages of the caller's chats
         * @description Titles first, then messages, newest first. Archived chats are searched, too; deleted and hidden messages are not.
         */
        readonly get: operations["getSearch"];
    };
    readonly "/v1/chats/{chat}/stream": {
        /**
         * Follow a chat as server-sent events
         * @description A snapshot, `caught_up`, then what happens. Reconnect with the last `id` as `Last-Event-ID`.
         */
        readonly get: operations["getChatsByChatStream"];
    };
    readonly "/v1/chats/{chat}/stream-token": {
        /**
         * Make a token for the chat's stream
         * @description For `EventSource`, which sends no headers: `?token=` on this chat's stream, within 60 seconds. The stream stays open until whoever made the token may not read the chat any more.
         */
        readonly post: operations["postChatsByChatStreamToken"];
    };
    readonly "/v1/chats/{chat}/shares": {
        /**
         * List with whom a chat is shared
         * @description For its owner. Newest first; shares past their time are listed, too.
         */
        readonly get: operations["getChatsByChatShares"];
        /**
         * Share a chat for reading
         * @description With a user, who then reads it with `GET /v1/chats/{chat}`, its messages and its stream, or by a link (`/shared/{token}`). Readers see transcript and stream: no settings, costs, workspaces, errors of providers or debug runs. They change nothing.
         */
        readonly post: operations["postChatsByChatShares"];
    };
    readonly "/v1/chats/{chat}/shares/{share}": {
        /**
         * Take a share back
         * @description Open streams of its readers end, at once at this server and within a minute at others.
         */
        readonly delete: operations["deleteChatsByChatSharesByShare"];
    };
    readonly "/shared/{token}": {
        /**
         * Read a shared chat
         * @description Newest messages first; oldest first with only `after_id`. What readers do not see is null or empty: settings, costs, errors of providers, workspaces, the queue.
         */
        readonly get: operations["getSharedByToken"];
    };
    readonly "/shared/{token}/stream": {
        /**
         * Follow a shared chat as server-sent events
         * @description As the stream of a chat of one's own, for as long as the share lasts. `EventSource` needs nothing but this address.
         */
        readonly get: operations["getSharedByTokenStream"];
    };
    readonly "/shared/{token}/files/{file}": {
        /**
         * Download a file of a shared chat
         * @description Files that its messages show, and no others. Always as an attachment.
         */
        readonly get: operations["getSharedByTokenFilesByFile"];
    };
    readonly "/session": {
        /**
         * Whether this browser is signed in, and how it can be
         * @description Tells a page whether the browser's cookie counts, without a refusal if it does not.
         */
        readonly get: operations["getSession"];
        /**
         * Sign a browser in with an API key
         * @description Sets the cookie `everturn_session`. Calls with it that change something need the header `X-Everturn-CSRF: 1`. The session reaches as far as the key, and ends with it.
         */
        readonly post: operations["postSession"];
        /**
         * Sign the browser out
         * @description Ends the session of the cookie, if there is one, and removes the cookie.
         */
        readonly delete: operations["deleteSession"];
    };
    readonly "/v1/sessions": {
        /**
         * List sessions
         * @description The caller's own, newest first; with `user_id`, for admins, those of a user.
         */
        readonly get: operations["getSessions"];
    };
    readonly "/v1/sessions/{session}": {
        /**
         * End a session
         * @description One's own; admins end those of anybody. Its open streams end, too.
         */
        readonly delete: operations["deleteSessionsBySession"];
    };
    readonly "/session/oidc": {
        /**
         * Sign a browser in at the issuer
         * @description Leads the browser to the issuer (authorization code flow with PKCE), then to `return_to`: a path of this server; anything else counts as `/`.
         */
        readonly get: operations["getSessionOidc"];
    };
    readonly "/session/oidc/callback": {
        /** Where the issuer sends the browser back to */
        readonly get: operations["getSessionOidcCallback"];
    };
    readonly "/ai-sdk/chat": {
        /**
         * Send a message or tool outputs from an AI SDK client, and stream the turn
         * @description What `DefaultChatTransport` posts. The first message of an `id` creates the chat. Of `messages` the last one is taken, under its own id: posted again it begins no second turn, but streams the one it began. While a turn runs the message is queued, and the stream waits for its turn. A connection that closes stops nothing. If the last message is an answer whose tools have outputs (`addToolOutput`) or decisions (`addToolApprovalResponse`), those of calls that wait are taken, and the turn is streamed from there.
         */
        readonly post: operations["postAiSdkChat"];
    };
    readonly "/ai-sdk/chat/{id}/stream": {
        /**
         * Stream the turn that runs, from its beginning
         * @description What `resume: true` and `resumeStream()` call: what there is by now, each part in one piece, then live.
         */
        readonly get: operations["getAiSdkChatByIdStream"];
    };
    readonly "/ai-sdk/chat/{id}/messages": {
        /**
         * Read the chat as the messages that a page begins with
         * @description Of at most 200 stored messages, the newest, whole turns. The answer of the turn that runs is left out: its stream tells it.
         */
        readonly get: operations["getAiSdkChatByIdMessages"];
    };
    readonly "/ai-sdk/chat/{id}/stop": {
        /**
         * Interrupt the turn that runs
         * @description What was streamed so far is kept. With the `turn_id` of the message that is shown (its metadata has it) that turn is stopped or nothing, else whichever runs. A client's own `stop()` only closes its connection.
         */
        readonly post: operations["postAiSdkChatByIdStop"];
    };
    readonly "/v1/files": {
        /**
         * List the caller's files, newest first
         * @description What was uploaded, and what tools made in the caller's chats.
         */
        readonly get: operations["getFiles"];
        /**
         * Upload a file
         * @description The body is the file itself, at most 10 MiB, and `Content-Type` says what it is. Bytes that are something else are refused. Send the `id` in a message: {"type": "file", "file_id": …}. A file that no message names goes after a day.
         */
        readonly post: operations["postFiles"];
    };
    readonly "/v1/files/{file}": {
        /**
         * Download a file
         * @description For its owner, and for users with whom a chat is shared whose messages show it. Always as an attachment.
         */
        readonly get: operations["getFilesByFile"];
        /**
         * Delete a file
         * @description Messages that name it stay, and say that it is not there any more.
         */
        readonly delete: operations["deleteFilesByFile"];
    };
    readonly "/v1/workspaces": {
        /** List the caller's workspaces, newest first */
        readonly get: operations["getWorkspaces"];
        /**
         * Create a workspace from a template
         * @description Answers at once; the build goes on, and its log is followed under `links.logs`.
         */
        readonly post: operations["postWorkspaces"];
    };
    readonly "/v1/workspaces/{workspace}": {
        /** Read a workspace */
        readonly get: operations["getWorkspacesByWorkspace"];
        /**
         * Delete a workspace and all that is in it
         * @description Accepted at once; it is shown as `deleting` until it is gone. A running build is cancelled.
         */
        readonly delete: operations["deleteWorkspacesByWorkspace"];
    };
    readonly "/v1/workspaces/{workspace}/start": {
        /**
         * Start a stopped workspace
         * @description A new build runs the template's start-up script. One that runs stays as it is.
         */
        readonly post: operations["postWorkspacesByWorkspaceStart"];
    };
    readonly "/v1/workspaces/{workspace}/stop": {
        /**
         * Stop a workspace
         * @description Ends all processes in it; its files stay. A running build is cancelled.
         */
        readonly post: operations["postWorkspacesByWorkspaceStop"];
    };
    readonly "/v1/workspaces/{workspace}/files": {
        /**
         * List a folder of a workspace, or load a file
         * @description A folder is listed as JSON. A file comes as an attachment, at most 64 MiB.
         */
        readonly get: operations["getWorkspacesByWorkspaceFiles"];
        /**
         * Write a file of a workspace
         * @description The body is the file itself, of any type, at most 10 MiB. Who reads it meanwhile sees the old content or the new. Folders that are missing are made.
         */
        readonly put: operations["putWorkspacesByWorkspaceFiles"];
        /**
         * Copy one of your files into a workspace
         * @description What is at the path is replaced. Folders that are missing are made.
         */
        readonly post: operations["postWorkspacesByWorkspaceFiles"];
    };
    readonly "/v1/workspaces/{workspace}/files/attach": {
        /**
         * Make one of your files from a file of a workspace
         * @description For messages: {"type": "file", "file_id": …}. The file is copied: later changes are not seen. At most 10 MiB, of the types that uploads may have.
         */
        readonly post: operations["postWorkspacesByWorkspaceFilesAttach"];
    };
    readonly "/v1/workspaces/{workspace}/changes": {
        /**
         * Show what has changed in a workspace, as git sees it
         * @description At most 512 KiB. Where the workspace's folder is not in git, the repositories in its folders are shown.
         */
        readonly get: operations["getWorkspacesByWorkspaceChanges"];
    };
    readonly "/v1/workspaces/{workspace}/builds/{build}/logs": {
        /**
         * Follow the log of a build as server-sent events
         * @description `log` {seq, at, text} line by line from the first, then `end` {status, error}. Reconnect with the last `id` as `Last-Event-ID`.
         */
        readonly get: operations["getWorkspacesByWorkspaceBuildsByBuildLogs"];
    };
    readonly "/v1/workspaces/{workspace}/terminals": {
        /**
         * List the terminals of a workspace, oldest first
         * @description Those that have ended are shown for an hour.
         */
        readonly get: operations["getWorkspacesByWorkspaceTerminals"];
        /**
         * Open a terminal in a workspace
         * @description A shell of its own, with the rights and limits of the workspace's commands. Answers at once: follow `links.output` to see when it is open, or why it could not be opened.
         */
        readonly post: operations["postWorkspacesByWorkspaceTerminals"];
    };
    readonly "/v1/workspaces/{workspace}/terminals/{terminal}/output": {
        /**
         * Follow a terminal as server-sent events
         * @description First what is kept of its output, then what it prints. Reconnect with the last `id` as `Last-Event-ID`. Any number of readers may follow.
         */
        readonly get: operations["getWorkspacesByWorkspaceTerminalsByTerminalOutput"];
    };
    readonly "/v1/workspaces/{workspace}/terminals/{terminal}/input": {
        /**
         * Type into a terminal
         * @description At most 64 KiB at once. What is accepted reaches the shell once, or, if a worker dies in that moment, not at all. Send one request after the other, or the order is not certain.
         */
        readonly post: operations["postWorkspacesByWorkspaceTerminalsByTerminalInput"];
    };
    readonly "/v1/workspaces/{workspace}/terminals/{terminal}/resize": {
        /**
         * Set the size of a terminal
         * @description For all its readers; the last one to set it wins.
         */
        readonly post: operations["postWorkspacesByWorkspaceTerminalsByTerminalResize"];
    };
    readonly "/v1/workspaces/{workspace}/terminals/{terminal}": {
        /**
         * Close a terminal
         * @description Its shell and what it runs are hung up, as by closing a window. Accepted at once; one that has ended stays as it is.
         */
        readonly delete: operations["deleteWorkspacesByWorkspaceTerminalsByTerminal"];
    };
    readonly "/v1/templates": {
        /** List the templates of workspaces */
        readonly get: operations["getTemplates"];
    };
    readonly "/v1/templates/{template}": {
        /** Read a template: what it runs, and its README */
        readonly get: operations["getTemplatesByTemplate"];
    };
    readonly "/v1/projects": {
        /** List projects, newest first */
        readonly get: operations["getProjects"];
        /**
         * Make a project
         * @description For admins. The folder must lie below `EVERTURN_PROJECT_ROOTS`. Feeds tell `project_created`.
         */
        readonly post: operations["postProjects"];
    };
    readonly "/v1/projects/{project}": {
        /** Read a project */
        readonly get: operations["getProjectsByProject"];
        /**
         * Delete a project
         * @description For admins. The folder and its files stay, and chats that were made for it go on there. Feeds tell `project_deleted`.
         */
        readonly delete: operations["deleteProjectsByProject"];
        /**
         * Rename a project
         * @description For admins. Its folder stays: for another folder, make another project.
         */
        readonly patch: operations["patchProjectsByProject"];
    };
    readonly "/v1/model-providers": {
        /** List model providers */
        readonly get: operations["getModelProviders"];
        /**
         * Make a model provider
         * @description For admins. Its key is stored encrypted and never shown again.
         */
        readonly post: operations["postModelProviders"];
    };
    readonly "/v1/model-providers/{model_provider}": {
        /** Read a model provider */
        readonly get: operations["getModelProvidersByModelProvider"];
        /**
         * Delete a model provider
         * @description For admins. Refused while model configs use it, unless `force` deletes them with it.
         */
        readonly delete: operations["deleteModelProvidersByModelProvider"];
        /**
         * Change a model provider
         * @description For admins. A disabled provider's models answer no more; their chats go on with the default model.
         */
        readonly patch: operations["patchModelProvidersByModelProvider"];
    };
    readonly "/v1/model-providers/{model_provider}/test": {
        /**
         * Test a model provider with a tiny call
         * @description For admins. Costs a few tokens, and says in words what is wrong. Disabled providers can be tested.
         */
        readonly post: operations["postModelProvidersByModelProviderTest"];
    };
    readonly "/v1/model-providers/{model_provider}/quirks": {
        /**
         * List what a provider's servers have taught
         * @description For admins. A request that is refused for its shape is sent once more, written otherwise; what helped is kept for the model, and listed here.
         */
        readonly get: operations["getModelProvidersByModelProviderQuirks"];
        /**
         * Forget what a provider's servers have taught
         * @description For admins. All of it, or what is known of one model, or one quirk. What is still so is learnt anew at the next call.
         */
        readonly delete: operations["deleteModelProvidersByModelProviderQuirks"];
    };
    readonly "/v1/model-configs": {
        /** List model configs, the default first */
        readonly get: operations["getModelConfigs"];
        /**
         * Make a model config
         * @description For admins. `provider_id` is one of `GET /v1/model-providers`. The first config that can answer becomes the default.
         */
        readonly post: operations["postModelConfigs"];
    };
    readonly "/v1/model-configs/{model_config}": {
        /** Read a model config */
        readonly get: operations["getModelConfigsByModelConfig"];
        /**
         * Delete a model config
         * @description For admins. Chats that used it go on with the default.
         */
        readonly delete: operations["deleteModelConfigsByModelConfig"];
        /**
         * Change a model config
         * @description For admins. A default that is disabled hands over to the oldest config that can answer. Turns under way use the change from their next model call on.
         */
        readonly patch: operations["patchModelConfigsByModelConfig"];
    };
    readonly "/v1/mcp-servers": {
        /** List MCP servers: the deployment's and your own, newest first */
        readonly get: operations["getMcpServers"];
        /**
         * Make an MCP server
         * @description Your own, or with `owner: deployment` one for everybody (admins). Your own programs (`stdio`) run inside the workspace of a chat that has them; those of the deployment are started beside the worker, where it allows that.
         */
        readonly post: operations["postMcpServers"];
    };
    readonly "/v1/mcp-servers/{mcp_server}/connect": {
        /**
         * Begin a sign-in at an MCP server
         * @description For servers with `auth: oauth`. Open the page within ten minutes; it leads back to `/v1/mcp-servers/callback`. Each user signs in for themselves.
         */
        readonly post: operations["postMcpServersByMcpServerConnect"];
    };
    readonly "/v1/mcp-servers/callback": {
        /** Where an authorisation server sends the browser back to */
        readonly get: operations["getMcpServersCallback"];
    };
    readonly "/v1/mcp-servers/{mcp_server}": {
        /** Read an MCP server */
        readonly get: operations["getMcpServersByMcpServer"];
        /**
         * Delete an MCP server
         * @description Chats that have it go on without its tools.
         */
        readonly delete: operations["deleteMcpServersByMcpServer"];
        /**
         * Change an MCP server
         * @description The deployment's are changed by admins. With another address, secrets have to be given anew, and sign-ins end.
         */
        readonly patch: operations["patchMcpServersByMcpServer"];
    };
    readonly "/v1/mcp-servers/{mcp_server}/test": {
        /**
         * Connect to an MCP server and list its tools
         * @description With your own sign-in where it wants one. Takes at most about a minute. Says in words what is wrong; a disabled server can be tested.
         */
        readonly post: operations["postMcpServersByMcpServerTest"];
    };
    readonly "/v1/chats/{chat}/mcp-servers": {
        /**
         * List the MCP servers of a chat
         * @description In the chat's order, with the reason where the model is not offered the tools of one. Servers that were deleted are left out.
         */
        readonly get: operations["getChatsByChatMcpServers"];
    };
    readonly "/v1/profiles": {
        /** List profiles, newest first */
        readonly get: operations["getProfiles"];
        /**
         * Make a profile
         * @description For admins. Everybody can read it, its system prompt too.
         */
        readonly post: operations["postProfiles"];
    };
    readonly "/v1/profiles/{profile}": {
        /** Read a profile */
        readonly get: operations["getProfilesByProfile"];
        /**
         * Delete a profile
         * @description For admins. Chats that were made from it go on with what they keep.
         */
        readonly delete: operations["deleteProfilesByProfile"];
        /**
         * Make the next version of a profile
         * @description For admins. Chats keep the version that they have, until somebody gives them the new one with `profile_id`.
         */
        readonly patch: operations["patchProfilesByProfile"];
    };
    readonly "/v1/me": {
        /** Read the caller's user and key */
        readonly get: operations["getMe"];
    };
    readonly "/v1/users": {
        /** List users, newest first */
        readonly get: operations["getUsers"];
        /**
         * Make a user
         * @description Give the user a key by `POST /v1/api-keys`.
         */
        readonly post: operations["postUsers"];
    };
    readonly "/v1/users/{user}": {
        /** Read a user */
        readonly get: operations["getUsersByUser"];
        /**
         * Delete a user
         * @description Keys and sessions end first. Then the chats are deleted with their running turns, or interrupted and given to another user; workspaces likewise. Queued messages and shares are not handed over. If the answer did not arrive, send the call again: it goes on where it was.
         */
        readonly delete: operations["deleteUsersByUser"];
        /**
         * Change, suspend or resume a user
         * @description A suspension holds at once: keys and sessions stop working, open streams end. Turns that run go on, with the messages that wait behind them; the user can begin no others. The last admin who can act stays one.
         */
        readonly patch: operations["patchUsersByUser"];
    };
    readonly "/v1/api-keys": {
        /**
         * List API keys that are not revoked, newest first
         * @description Your own, or with `user_id` those of another user (admins).
         */
        readonly get: operations["getApiKeys"];
        /**
         * Make an API key
         * @description The answer has the key, and nothing else ever shows it. Admins can make keys for others. A key ends no later than the key, session or token that it was made with.
         */
        readonly post: operations["postApiKeys"];
    };
    readonly "/v1/api-keys/{api_key}": {
        /**
         * Revoke an API key
         * @description It stops working at once, and streams that were opened with it end.
         */
        readonly delete: operations["deleteApiKeysByApiKey"];
    };
    readonly "/v1/audit-log": {
        /**
         * List what was done to the deployment, its users and keys, newest first
         * @description Filters add up. Rows are never changed and never deleted.
         */
        readonly get: operations["getAuditLog"];
    };
    readonly "/v1/chats/{chat}/cost": {
        /**
         * Read what a chat and its descendants have cost
         * @description Messages that were edited away or deleted count, and so do calls for titles and compaction.
         */
        readonly get: operations["getChatsByChatCost"];
    };
    readonly "/v1/usage": {
        /**
         * Read what was used and spent in a period
         * @description Admins see all users, members themselves.
         */
        readonly get: operations["getUsage"];
    };
    readonly "/v1/users/{user}/limit": {
        /**
         * Read what a user may spend
         * @description Members may ask for themselves.
         */
        readonly get: operations["getUsersByUserLimit"];
        /**
         * Set what a user may spend
         * @description For admins. Counts what the present period has seen already; null takes the limit away.
         */
        readonly put: operations["putUsersByUserLimit"];
    };
    readonly "/v1/skills": {
        /**
         * List skills
         * @description Those that the deployment gives all chats, as they are now; with `chat_id`, all that the chat's model was told of, as they were when the chat last read them.
         */
        readonly get: operations["getSkills"];
    };
    readonly "/v1/tools": {
        /**
         * List tools
         * @description The built-in tools, and those that the deployment has added. Tools of MCP servers are listed by their servers. Modules that were left out are named by `/readyz`.
         */
        readonly get: operations["getTools"];
    };
    readonly "/v1/settings": {
        /** Read the deployment's settings */
        readonly get: operations["getSettings"];
        /** Replace the deployment's settings */
        readonly put: operations["putSettings"];
    };
    readonly "/v1/me/settings": {
        /** Read the caller's settings */
        readonly get: operations["getMeSettings"];
        /** Replace the caller's settings */
        readonly put: operations["putMeSettings"];
    };
    readonly "/healthz": {
        /** Whether the process lives */
        readonly get: operations["getHealthz"];
    };
    readonly "/readyz": {
        /**
         * Whether this replica should be sent requests
         * @description `degraded`: requests are accepted, but Temporal is away and their turns begin when it is back, or turns fail because stored API keys cannot be opened, a build of the worker fails its workflow tasks, or a module of own tools was left out.
         */
        readonly get: operations["getReadyz"];
    };
    readonly "/metrics": {
        /**
         * Prometheus metrics of this process
         * @description Where the API listens beyond loopback, or behind a proxy: for keys of admins. A port of its own, which asks for no key, is set by `EVERTURN_API_METRICS_PORT`.
         */
        readonly get: operations["getMetrics"];
    };
    readonly "/v1/workers": {
        /**
         * List the builds of the workers
         * @description For admins. The newest choice comes first. What Temporal says of them: `everturn workers`.
         */
        readonly get: operations["getWorkers"];
    };
    readonly "/openapi.json": {
        /** This document */
        readonly get: operations["getOpenapiJson"];
    };
    readonly "/docs": {
        /** This document as a page */
        readonly get: operations["getDocs"];
    };
    readonly "/": {
        /** What this is, and where to go */
        readonly get: operations["getHome"];
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly NewChat: {
            /**
             * @description Absent: the chat rests until it is written to
             * @example What can you do?
             */
            readonly content?: string | readonly ({
                /** @constant */
                readonly type: "text";
                readonly text: string;
            } | {
                /** @constant */
                readonly type: "file";
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly file_id: string;
                /** @default  */
                readonly media_type?: string;
                /** @default  */
                readonly name?: string;
            } | {
                /** @constant */
                readonly type: "file-reference";
                readonly file_name: string;
                readonly start_line: number;
                readonly end_line: number;
                readonly content: string;
            })[];
            readonly title?: string;
            /**
             * Format: uuid
             * @description Of an enabled model config; absent: the chat's, else the default
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly model_config_id?: string;
            /**
             * @description How much the model is to think; a model may refuse a level it does not have
             * @enum {string}
             */
            readonly reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";
            readonly system_prompt?: string;
            readonly labels?: {
                readonly [key: string]: string;
            };
            /** @description A folder below the roots the deployment allows; the chat's tools read it */
            readonly project_path?: string;
            /**
             * Format: uuid
             * @description A project; the chat's tools read its folder
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly project_id?: string;
            /**
             * Format: uuid
             * @description What it is made from; fields given here stand in place of the profile's
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly profile_id?: string;
            /**
             * Format: uuid
             * @description Of a workspace of the caller's; the chat's tools work in it
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly workspace_id?: string;
            /** @description MCP servers whose tools it has: the deployment's, or the caller's own */
            readonly mcp_server_ids?: readonly string[];
            /** @description Tools that the client runs: the turn waits for their results */
            readonly dynamic_tools?: readonly {
                readonly name: string;
                readonly description: string;
                /** @description JSON schema of the arguments, with `type: "object"` */
                readonly parameters: {
                    readonly [key: string]: JsonValue | undefined;
                };
            }[];
            readonly tools?: readonly string[] | null;
            /** @description By tool, or pattern such as `github__*`: run at once, ask a person first, or refuse. A name comes before patterns, a longer pattern before a shorter one */
            readonly approval_policy?: {
                readonly [key: string]: "auto" | "ask" | "deny";
            };
            /** @description Its agent plans and changes nothing, until you approve what it proposes; changed only while the chat rests */
            readonly plan_mode?: boolean;
            /** @description Seconds that the client has to run a tool; null: no deadline */
            readonly client_tool_deadline_s?: number | null;
            /** @description Whether the model may call tools. `required` and a named tool hold for the first call of the model alone, `none` for the whole turn */
            readonly tool_choice?: ("auto" | "none" | "required") | {
                /** @constant */
                readonly type: "tool";
                readonly tool_name: string;
            };
            /** @description Follow the system prompt, for this turn alone */
            readonly instructions?: string;
            /** @description Settings of this turn's model calls, in place of the model config's. `max_output_tokens` never exceeds what the config says */
            readonly call_config?: {
                readonly max_output_tokens?: number;
                readonly temperature?: number;
                readonly top_p?: number;
                readonly top_k?: number;
                readonly presence_penalty?: number;
                readonly frequency_penalty?: number;
                readonly stop?: readonly string[];
            };
            /**
             * @description JSON schema of the turn's last answer. That has the value as `structured_output`, or the reason why there is none
             * @example {
             *       "type": "object",
             *       "properties": {
             *         "city": {
             *           "type": "string"
             *         }
             *       },
             *       "required": [
             *         "city"
             *       ],
             *       "additionalProperties": false
             *     }
             */
            readonly output_schema?: {
                readonly [key: string]: JsonValue | undefined;
            };
        };
        readonly ChatPatch: {
            readonly title?: string;
            readonly archived?: boolean;
            /** @description Replaces the whole map */
            readonly labels?: {
                readonly [key: string]: string;
            };
            /** @description Replaces the to-do list, also while a turn runs: its model is told before its next call */
            readonly todos?: readonly {
                readonly text: string;
                /** @enum {string} */
                readonly status: "pending" | "doing" | "done";
            }[];
            readonly pin_order?: number | null;
            /** @description Null: bound to none any more */
            readonly workspace_id?: string | null;
            /** @description Replaces the list; only while the chat rests (409 `chat_busy`) */
            readonly mcp_server_ids?: readonly string[];
            /** @description Takes the newest version of this profile; null: none. Only while the chat rests (409 `chat_busy`) */
            readonly profile_id?: string | null;
            /** @description `history_version` of the chat as you saw it: with another one nothing is changed (409 `history_changed`) */
            readonly expected_history_version?: number;
            /** @description Replaces all; only while the chat rests */
            readonly dynamic_tools?: readonly {
                readonly name: string;
                readonly description: string;
                /** @description JSON schema of the arguments, with `type: "object"` */
                readonly parameters: {
                    readonly [key: string]: JsonValue | undefined;
                };
            }[];
            /** @description Its agent plans and changes nothing, until you approve what it proposes; changed only while the chat rests */
            readonly plan_mode?: boolean;
            /** @description Null: all; only while the chat rests */
            readonly tools?: readonly string[] | null;
            /** @description Null: the default; only while the chat rests */
            readonly model_config_id?: string | null;
            /** @description Null: the model's own; only while the chat rests */
            readonly reasoning_effort?: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max") | null;
            /** @description Only while the chat rests; the provider's prompt cache begins anew */
            readonly system_prompt?: string | null;
            /** @description Replaces the whole map; holds for calls that are asked for from now on */
            readonly approval_policy?: {
                readonly [key: string]: "auto" | "ask" | "deny";
            };
            /** @description Seconds that the client has to run a tool; null: no deadline */
            readonly client_tool_deadline_s?: number | null;
            /** @description Record model calls as debug runs, where the deployment lets chats choose */
            readonly debug?: boolean;
        };
        readonly ToolResults: {
            readonly results: readonly {
                readonly tool_call_id: string;
                /** @description Any JSON; the model reads it */
                readonly output: JsonValue;
                readonly is_error?: boolean;
            }[];
        };
        readonly Approvals: {
            readonly decisions: readonly {
                readonly tool_call_id: string;
                readonly approved: boolean;
                /** @description The model reads it */
                readonly reason?: string;
                /** @description In place of the model's arguments; checked against the tool's schema */
                readonly args?: {
                    readonly [key: string]: JsonValue | undefined;
                };
                /**
                 * @description The tool is approved in this chat from now on
                 * @constant
                 */
                readonly remember?: "chat";
            }[];
        };
        readonly Answers: {
            readonly answers: readonly {
                readonly tool_call_id: string;
                readonly question_id: string;
                /** @enum {string} */
                readonly action: "accept" | "decline" | "cancel";
                /** @description Of an accepted form: its fields; checked against its schema */
                readonly content?: {
                    readonly [key: string]: string | number | boolean | readonly string[];
                };
            }[];
        };
        readonly NewMessage: {
            /**
             * @description A plain string is one text part
             * @example What can you do?
             */
            readonly content: string | readonly ({
                /** @constant */
                readonly type: "text";
                readonly text: string;
            } | {
                /** @constant */
                readonly type: "file";
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly file_id: string;
                /** @default  */
                readonly media_type?: string;
                /** @default  */
                readonly name?: string;
            } | {
                /** @constant */
                readonly type: "file-reference";
                readonly file_name: string;
                readonly start_line: number;
                readonly end_line: number;
                readonly content: string;
            })[];
            /**
             * Format: uuid
             * @description Of an enabled model config; absent: the chat's, else the default
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly model_config_id?: string;
            /**
             * @description How much the model is to think; a model may refuse a level it does not have
             * @enum {string}
             */
            readonly reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";
            /**
             * @description While a turn runs: wait for its end; interrupt it; or enter it after its next tools (a turn that ends without tools leaves the message in the queue)
             * @default queue
             * @enum {string}
             */
            readonly busy_behavior?: "queue" | "interrupt" | "steer";
            /** @description Client-run tools for the turn of this message, also when it is queued */
            readonly tools?: readonly {
                readonly name: string;
                readonly description: string;
                /** @description JSON schema of the arguments, with `type: "object"` */
                readonly parameters: {
                    readonly [key: string]: JsonValue | undefined;
                };
            }[];
            /** @description Whether the model may call tools. `required` and a named tool hold for the first call of the model alone, `none` for the whole turn */
            readonly tool_choice?: ("auto" | "none" | "required") | {
                /** @constant */
                readonly type: "tool";
                readonly tool_name: string;
            };
            /** @description Follow the system prompt, for this turn alone */
            readonly instructions?: string;
            /** @description Settings of this turn's model calls, in place of the model config's. `max_output_tokens` never exceeds what the config says */
            readonly call_config?: {
                readonly max_output_tokens?: number;
                readonly temperature?: number;
                readonly top_p?: number;
                readonly top_k?: number;
                readonly presence_penalty?: number;
                readonly frequency_penalty?: number;
                readonly stop?: readonly string[];
            };
            /**
             * @description JSON schema of the turn's last answer. That has the value as `structured_output`, or the reason why there is none
             * @example {
             *       "type": "object",
             *       "properties": {
             *         "city": {
             *           "type": "string"
             *         }
             *       },
             *       "required": [
             *         "city"
             *       ],
             *       "additionalProperties": false
             *     }
             */
            readonly output_schema?: {
                readonly [key: string]: JsonValue | undefined;
            };
        };
        readonly MessageEdit: {
            /**
             * @description A plain string is one text part
             * @example What can you do?
             */
            readonly content: string | readonly ({
                /** @constant */
                readonly type: "text";
                readonly text: string;
            } | {
                /** @constant */
                readonly type: "file";
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly file_id: string;
                /** @default  */
                readonly media_type?: string;
                /** @default  */
                readonly name?: string;
            } | {
                /** @constant */
                readonly type: "file-reference";
                readonly file_name: string;
                readonly start_line: number;
                readonly end_line: number;
                readonly content: string;
            })[];
            /**
             * Format: uuid
             * @description Of an enabled model config; absent: the chat's, else the default
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly model_config_id?: string;
            /**
             * @description How much the model is to think; a model may refuse a level it does not have
             * @enum {string}
             */
            readonly reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";
            /** @description `history_version` of the chat as you saw it: with another one nothing is changed (409 `history_changed`) */
            readonly expected_history_version?: number;
        };
        readonly QueuedMessagePatch: {
            /**
             * @description A plain string is one text part
             * @example What can you do?
             */
            readonly content?: string | readonly ({
                /** @constant */
                readonly type: "text";
                readonly text: string;
            } | {
                /** @constant */
                readonly type: "file";
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly file_id: string;
                /** @default  */
                readonly media_type?: string;
                /** @default  */
                readonly name?: string;
            } | {
                /** @constant */
                readonly type: "file-reference";
                readonly file_name: string;
                readonly start_line: number;
                readonly end_line: number;
                readonly content: string;
            })[];
            /** @description Place in the queue, from 1 */
            readonly position?: number;
        };
        /** @default {} */
        readonly Promotion: {
            /**
             * Format: uuid
             * @description Of an enabled model config; absent: the chat's, else the default
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly model_config_id?: string;
        };
        readonly NewFork: {
            /** @description The last message that the new chat has; absent: the newest that is committed */
            readonly message_id?: number;
            /** @description Absent: the title of the source, marked as a fork */
            readonly title?: string;
            /** @description `history_version` of the chat as you saw it: with another one nothing is changed (409 `history_changed`) */
            readonly expected_history_version?: number;
        };
        readonly NewShare: {
            /**
             * Format: uuid
             * @description The user who may read the chat
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly user_id?: string;
            /**
             * @description Whoever has the link may read the chat
             * @constant
             */
            readonly link?: true;
            /**
             * Format: date-time
             * @description Absent: until it is taken back
             */
            readonly expires_at?: string;
        };
        readonly UiChatPost: {
            /** @description The client's own id of the chat */
            readonly id: string;
            readonly messages: readonly components["schemas"]["UiMessage"][];
            /**
             * @default submit-message
             * @enum {string}
             */
            readonly trigger?: "submit-message" | "regenerate-message";
            /** @description The message that is replaced, or answered again */
            readonly messageId?: string | null;
            /** @description Client-run tools of the turn */
            readonly dynamic_tools?: readonly {
                readonly name: string;
                readonly description: string;
                /** @description JSON schema of the arguments, with `type: "object"` */
                readonly parameters: {
                    readonly [key: string]: JsonValue | undefined;
                };
            }[];
        } & {
            readonly [key: string]: JsonValue | undefined;
        };
        /** @description A message as the AI SDK's clients keep it */
        readonly UiMessage: {
            readonly id: string;
            /** @enum {string} */
            readonly role: "system" | "user" | "assistant";
            readonly parts: readonly ({
                readonly type: string;
            } & {
                readonly [key: string]: JsonValue | undefined;
            })[];
        } & {
            readonly [key: string]: JsonValue | undefined;
        };
        readonly NewWorkspace: {
            readonly template: string;
            /** @description Mended where it is not a name, and told apart where it is taken */
            readonly name?: string;
            readonly parameters?: {
                readonly [key: string]: JsonValue | undefined;
            };
        };
        readonly TerminalSize: {
            readonly cols: number;
            readonly rows: number;
        };
        readonly TerminalInput: {
            /** @description As it is typed: Enter is `\r`, Ctrl-C is `\u0003`. Given to the shell as UTF-8 */
            readonly text: string;
        };
        readonly NewProject: {
            /** @description No two projects have the same */
            readonly name: string;
            /** @description An absolute path of a folder below the roots that the deployment allows */
            readonly path: string;
        };
        readonly ProjectChange: {
            /** @description No two projects have the same */
            readonly name: string;
        };
        readonly NewModelProvider: {
            readonly name: string;
            /** @enum {string} */
            readonly kind: "openai" | "openai-compatible" | "anthropic";
            readonly base_url?: string | null;
            readonly api?: ("responses" | "chat_completions") | null;
            readonly api_key?: string | null;
            /** @default true */
            readonly enabled?: boolean;
        };
        readonly ModelProviderChange: {
            readonly name?: string;
            readonly base_url?: string | null;
            readonly api?: ("responses" | "chat_completions") | null;
            /** @description Null takes the stored key out. Needed anew when `base_url` changes */
            readonly api_key?: string | null;
            readonly enabled?: boolean;
        };
        /** @default {} */
        readonly ModelProviderTestRequest: {
            /** @description Absent: that of the provider's oldest enabled model config */
            readonly model?: string;
        };
        readonly NewModelConfig: {
            readonly context_limit?: number | null;
            /** @description Percent of the context limit at which the history is compacted */
            readonly compression_threshold?: number | null;
            readonly reasoning_effort?: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max") | null;
            readonly reasoning_effort_max?: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max") | null;
            readonly price?: {
                readonly input?: (number | string) | null;
                readonly output?: (number | string) | null;
                readonly cache_read?: (number | string) | null;
                readonly cache_write?: (number | string) | null;
            } | null;
            readonly max_output_tokens?: number | null;
            readonly temperature?: number | null;
            readonly top_p?: number | null;
            readonly top_k?: number | null;
            readonly presence_penalty?: number | null;
            readonly frequency_penalty?: number | null;
            readonly stop?: readonly string[] | null;
            /** @description OpenAI Responses: the provider keeps its answers, and a call names the one it follows */
            readonly response_chain?: boolean | null;
            /** @description How the server takes an answer that was begun: after a worker's end the model then goes on with what was shown, instead of beginning anew */
            readonly prefill?: ("assistant" | "continue_final_message" | "prefix") | null;
            /** @description Fields of the request in the provider's own words. Members get null */
            readonly provider_options?: {
                readonly [key: string]: JsonValue | undefined;
            } | null;
            readonly name: string;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly provider_id: string;
            readonly model: string;
            /** @default false */
            readonly is_default?: boolean;
            /** @default true */
            readonly enabled?: boolean;
        };
        readonly ModelConfigChange: {
            readonly context_limit?: number | null;
            /** @description Percent of the context limit at which the history is compacted */
            readonly compression_threshold?: number | null;
            readonly reasoning_effort?: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max") | null;
            readonly reasoning_effort_max?: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max") | null;
            readonly price?: {
                readonly input?: (number | string) | null;
                readonly output?: (number | string) | null;
                readonly cache_read?: (number | string) | null;
                readonly cache_write?: (number | string) | null;
            } | null;
            readonly max_output_tokens?: number | null;
            readonly temperature?: number | null;
            readonly top_p?: number | null;
            readonly top_k?: number | null;
            readonly presence_penalty?: number | null;
            readonly frequency_penalty?: number | null;
            readonly stop?: readonly string[] | null;
            /** @description OpenAI Responses: the provider keeps its answers, and a call names the one it follows */
            readonly response_chain?: boolean | null;
            /** @description How the server takes an answer that was begun: after a worker's end the model then goes on with what was shown, instead of beginning anew */
            readonly prefill?: ("assistant" | "continue_final_message" | "prefix") | null;
            /** @description Fields of the request in the provider's own words. Members get null */
            readonly provider_options?: {
                readonly [key: string]: JsonValue | undefined;
            } | null;
            readonly name?: string;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly provider_id?: string;
            readonly model?: string;
            /** @description False hands the default to the oldest other config that can answer */
            readonly is_default?: boolean;
            readonly enabled?: boolean;
        };
        readonly NewMcpServer: {
            /** @description Its tools are called `slug__tool` */
            readonly slug: string;
            readonly name: string;
            readonly transport: {
                /** @constant */
                readonly type: "http";
                /** @description Of the MCP endpoint; link-local and metadata addresses are never allowed */
                readonly url: string;
                /** @description Write only: stored encrypted, and never shown again. Absent in a change: as they are */
                readonly headers?: {
                    readonly [key: string]: string;
                };
            } | {
                /** @constant */
                readonly type: "stdio";
                readonly command: string;
                /** @default [] */
                readonly args?: readonly string[];
                /** @description Write only: stored encrypted, and never shown again. Absent in a change: as they are */
                readonly env?: {
                    readonly [key: string]: string;
                };
            };
            /**
             * @default none
             * @enum {string}
             */
            readonly auth?: "none" | "bearer" | "oauth";
            /** @description With `bearer`. Write only: stored encrypted, and never shown again */
            readonly token?: string;
            /** @description With `oauth`; without a client id, Everturn registers itself */
            readonly oauth?: {
                readonly client_id?: string;
                /** @description Write only: stored encrypted, and never shown again */
                readonly client_secret?: string;
                readonly scope?: string;
            };
            /**
             * @description As the server calls them. Null: all
             * @default null
             */
            readonly allow?: readonly string[] | null;
            /**
             * @description As the server calls them; they win over `allow`
             * @default []
             */
            readonly deny?: readonly string[];
            /** @default true */
            readonly enabled?: boolean;
            /**
             * @description `deployment`: for everybody, made and changed by admins
             * @default me
             * @enum {string}
             */
            readonly owner?: "me" | "deployment";
        };
        readonly McpServerChange: {
            /** @description Its tools are called `slug__tool` */
            readonly slug?: string;
            readonly name?: string;
            readonly transport?: {
                /** @constant */
                readonly type: "http";
                /** @description Of the MCP endpoint; link-local and metadata addresses are never allowed */
                readonly url: string;
                /** @description Write only: stored encrypted, and never shown again. Absent in a change: as they are */
                readonly headers?: {
                    readonly [key: string]: string;
                };
            } | {
                /** @constant */
                readonly type: "stdio";
                readonly command: string;
                /** @default [] */
                readonly args?: readonly string[];
                /** @description Write only: stored encrypted, and never shown again. Absent in a change: as they are */
                readonly env?: {
                    readonly [key: string]: string;
                };
            };
            /** @enum {string} */
            readonly auth?: "none" | "bearer" | "oauth";
            /** @description With `bearer`. Write only: stored encrypted, and never shown again */
            readonly token?: string;
            /** @description With `oauth`; without a client id, Everturn registers itself */
            readonly oauth?: {
                readonly client_id?: string;
                /** @description Write only: stored encrypted, and never shown again */
                readonly client_secret?: string;
                readonly scope?: string;
            };
            /** @description As the server calls them. Null: all */
            readonly allow?: readonly string[] | null;
            /** @description As the server calls them; they win over `allow` */
            readonly deny?: readonly string[];
            readonly enabled?: boolean;
        };
        readonly NewProfile: {
            /** @description Of its chats, where they have none of their own */
            readonly system_prompt?: string | null;
            /** @description The model of its chats; one that is gone by then falls back to the default */
            readonly model_config_id?: string | null;
            readonly reasoning_effort?: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max") | null;
            /** @description The tools that its chats may call: names, or patterns such as `wiki__*`. Null: all */
            readonly tools?: readonly string[] | null;
            /** @description The deployment's MCP servers that its chats have. Null: none */
            readonly mcp_server_ids?: readonly string[] | null;
            /** @description The skills that its chats may have, by name. Null: all */
            readonly skills?: readonly string[] | null;
            /** @description By tool, or pattern such as `github__*`: run at once, ask a person first, or refuse. A name comes before patterns, a longer pattern before a shorter one */
            readonly approval_policy?: {
                readonly [key: string]: "auto" | "ask" | "deny";
            };
            /** @description What `create_workspace` builds unless the model names another template */
            readonly template?: string | null;
            /** @description No two profiles have the same */
            readonly name: string;
        };
        readonly ProfileChange: {
            /** @description Of its chats, where they have none of their own */
            readonly system_prompt?: string | null;
            /** @description The model of its chats; one that is gone by then falls back to the default */
            readonly model_config_id?: string | null;
            readonly reasoning_effort?: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max") | null;
            /** @description The tools that its chats may call: names, or patterns such as `wiki__*`. Null: all */
            readonly tools?: readonly string[] | null;
            /** @description The deployment's MCP servers that its chats have. Null: none */
            readonly mcp_server_ids?: readonly string[] | null;
            /** @description The skills that its chats may have, by name. Null: all */
            readonly skills?: readonly string[] | null;
            /** @description By tool, or pattern such as `github__*`: run at once, ask a person first, or refuse. A name comes before patterns, a longer pattern before a shorter one */
            readonly approval_policy?: {
                readonly [key: string]: "auto" | "ask" | "deny";
            };
            /** @description What `create_workspace` builds unless the model names another template */
            readonly template?: string | null;
            /** @description No two profiles have the same */
            readonly name?: string;
        };
        readonly NewUsageLimit: {
            readonly limit_micros: number;
            /**
             * @description By the calendar in UTC; weeks begin on Monday
             * @enum {string}
             */
            readonly period: "day" | "week" | "month";
        } | {
            readonly limit_micros: null;
            readonly period?: ("day" | "week" | "month") | null;
        };
        readonly DeploymentSettings: {
            /** @description Stands first in the system prompt of every chat */
            readonly system_prompt: string | null;
            /**
             * @description By tool, or pattern such as `github__*`: run at once, ask a person first, or refuse. A name comes before patterns, a longer pattern before a shorter one
             * @default {}
             */
            readonly approval_policy?: {
                readonly [key: string]: "auto" | "ask" | "deny";
            };
        };
        readonly UserSettings: {
            /** @description Stands in the system prompt of the caller's chats, after the deployment's */
            readonly prompt: string | null;
            /**
             * @description Instructions for all of the caller's chats; read once by a chat, and again when it is refreshed
             * @default null
             */
            readonly home_instructions?: string | null;
            /** @description Percent of the context limit by model config, over the config's own; 100 switches compaction off */
            readonly compaction_thresholds: {
                readonly [key: string]: number;
            };
            /**
             * @description By tool, or pattern such as `github__*`: run at once, ask a person first, or refuse. A name comes before patterns, a longer pattern before a shorter one
             * @default {}
             */
            readonly approval_policy?: {
                readonly [key: string]: "auto" | "ask" | "deny";
            };
        };
        readonly __schema0: JsonValue;
        /** @description One frame of the stream; `data` is sent as JSON text */
        readonly Feed: components["schemas"]["FeedSnapshot"] | components["schemas"]["FeedCreated"] | components["schemas"]["FeedActionRequired"] | components["schemas"]["FeedArchived"] | components["schemas"]["FeedStatusChange"] | components["schemas"]["FeedQueueChange"] | components["schemas"]["FeedTitleChange"] | components["schemas"]["FeedSummaryChange"] | components["schemas"]["FeedReadChange"] | components["schemas"]["FeedDeleted"] | components["schemas"]["FeedProjectCreated"] | components["schemas"]["FeedProjectDeleted"];
        /** @description Your newest 200 chats, archived ones and descendants too. They replace what you knew. Read `GET /v1/projects` anew, too. */
        readonly FeedSnapshot: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "snapshot";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly chats: readonly components["schemas"]["Chat"][];
            };
        };
        readonly Chat: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /** @description Null: you read it by a share */
            readonly owner_id: string | null;
            readonly parent_chat_id: string | null;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly root_chat_id: string;
            readonly workspace_id: string | null;
            readonly project_path: string | null;
            /** @description The project that it was made for; it may be deleted by now */
            readonly project_id: string | null;
            /** @description The profile that it was made from; it may be deleted by now */
            readonly profile_id: string | null;
            /** @description The version that it keeps */
            readonly profile_version: number | null;
            readonly title: string;
            /** @enum {string} */
            readonly status: "waiting" | "running" | "interrupting" | "requires_action" | "error";
            readonly last_error: {
                readonly message: string;
                /** @enum {string} */
                readonly kind: "overloaded" | "rate_limit" | "timeout" | "stream_silence" | "network" | "auth" | "config" | "context_overflow" | "usage_limit" | "missing_key" | "content_filter" | "no_output" | "generic";
                readonly provider: string | null;
                readonly retryable: boolean;
                readonly status_code: number | null;
                readonly detail: string | null;
                /**
                 * Format: date-time
                 * @description Of a usage limit: when its period ends
                 */
                readonly resets_at?: string;
            } | null;
            readonly last_model_config_id: string | null;
            readonly reasoning_effort: string | null;
            readonly labels: {
                readonly [key: string]: string;
            };
            readonly pin_order: number | null;
            readonly archived: boolean;
            readonly plan_mode: boolean;
            /** @description What its agent means to do, and has done */
            readonly todos: readonly components["schemas"]["Todo"][];
            /** @description Its instructions or skills have changed since they were read; refresh-context reads them again */
            readonly context_dirty: boolean;
            /** @description By tool, or pattern such as `github__*`: run at once, ask a person first, or refuse. A name comes before patterns, a longer pattern before a shorter one */
            readonly approval_policy: {
                readonly [key: string]: "auto" | "ask" | "deny";
            };
            /** @description Null: client-run tools have no deadline */
            readonly client_tool_deadline_s: number | null;
            /** @description The built-in tools it may call; null: all */
            readonly tools: readonly string[] | null;
            /** @description Its model calls are recorded as debug runs */
            readonly debug: boolean;
            /** @description MCP servers whose tools it has */
            readonly mcp_server_ids: readonly string[];
            readonly last_turn_summary: string | null;
            readonly has_unread: boolean;
            readonly queue_length: number;
            readonly current_turn_id: number | null;
            readonly required_action: {
                readonly tool_calls: readonly {
                    readonly tool_call_id: string;
                    readonly tool_name: string;
                    readonly args: {
                        readonly [key: string]: JsonValue | undefined;
                    };
                    /**
                     * @description `client`: your client runs it (tool-results). `approval`: a person decides (approvals). `question`: its server asks a person (answers)
                     * @enum {string}
                     */
                    readonly kind: "client" | "approval" | "question";
                    readonly deadline_at?: string | null;
                    /** @description The arguments are cut here; the message has them whole */
                    readonly args_truncated?: boolean;
                    /** @description Of a question: the MCP server that asks */
                    readonly asked_by?: {
                        /**
                         * Format: uuid
                         * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                         */
                        readonly mcp_server_id: string;
                        readonly name: string;
                    };
                    /** @description Of a question: what is still open */
                    readonly questions?: readonly components["schemas"]["Question"][];
                }[];
                /** @description The nearest of the calls */
                readonly deadline_at: string | null;
                /** @description Calls of the same step that run meanwhile, or are about to */
                readonly running?: readonly string[];
            } | null;
            /** @description Its own open questions, then those of its subagents; `required_action` of each chat has the arguments */
            readonly attention: readonly components["schemas"]["AttentionItem"][];
            /** @description Set while a failed model call is waited out: the turn still runs */
            readonly retry: {
                /** @description Calls of this step that have failed */
                readonly attempt: number;
                readonly attempts_max: number;
                /** @enum {string} */
                readonly kind: "overloaded" | "rate_limit" | "timeout" | "stream_silence" | "network" | "auth" | "config" | "context_overflow" | "usage_limit" | "missing_key" | "content_filter" | "no_output" | "generic";
                readonly message: string;
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                readonly retrying_at: string;
            } | null;
            readonly snapshot_version: number;
            readonly history_version: number;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly updated_at: string;
            readonly links: {
                readonly self: string;
                readonly stream: string;
                readonly temporal: string | null;
            };
            /** @description In lists: all descendants */
            readonly children?: readonly {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly id: string;
                /** @description Null: you read it by a share */
                readonly owner_id: string | null;
                readonly parent_chat_id: string | null;
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly root_chat_id: string;
                readonly workspace_id: string | null;
                readonly project_path: string | null;
                /** @description The project that it was made for; it may be deleted by now */
                readonly project_id: string | null;
                /** @description The profile that it was made from; it may be deleted by now */
                readonly profile_id: string | null;
                /** @description The version that it keeps */
                readonly profile_version: number | null;
                readonly title: string;
                /** @enum {string} */
                readonly status: "waiting" | "running" | "interrupting" | "requires_action" | "error";
                readonly last_error: {
                    readonly message: string;
                    /** @enum {string} */
                    readonly kind: "overloaded" | "rate_limit" | "timeout" | "stream_silence" | "network" | "auth" | "config" | "context_overflow" | "usage_limit" | "missing_key" | "content_filter" | "no_output" | "generic";
                    readonly provider: string | null;
                    readonly retryable: boolean;
                    readonly status_code: number | null;
                    readonly detail: string | null;
                    /**
                     * Format: date-time
                     * @description Of a usage limit: when its period ends
                     */
                    readonly resets_at?: string;
                } | null;
                readonly last_model_config_id: string | null;
                readonly reasoning_effort: string | null;
                readonly labels: {
                    readonly [key: string]: string;
                };
                readonly pin_order: number | null;
                readonly archived: boolean;
                readonly plan_mode: boolean;
                /** @description What its agent means to do, and has done */
                readonly todos: readonly components["schemas"]["Todo"][];
                /** @description Its instructions or skills have changed since they were read; refresh-context reads them again */
                readonly context_dirty: boolean;
                /** @description By tool, or pattern such as `github__*`: run at once, ask a person first, or refuse. A name comes before patterns, a longer pattern before a shorter one */
                readonly approval_policy: {
                    readonly [key: string]: "auto" | "ask" | "deny";
                };
                /** @description Null: client-run tools have no deadline */
                readonly client_tool_deadline_s: number | null;
                /** @description The built-in tools it may call; null: all */
                readonly tools: readonly string[] | null;
                /** @description Its model calls are recorded as debug runs */
                readonly debug: boolean;
                /** @description MCP servers whose tools it has */
                readonly mcp_server_ids: readonly string[];
                readonly last_turn_summary: string | null;
                readonly has_unread: boolean;
                readonly queue_length: number;
                readonly current_turn_id: number | null;
                readonly required_action: {
                    readonly tool_calls: readonly {
                        readonly tool_call_id: string;
                        readonly tool_name: string;
                        readonly args: {
                            readonly [key: string]: JsonValue | undefined;
                        };
                        /**
                         * @description `client`: your client runs it (tool-results). `approval`: a person decides (approvals). `question`: its server asks a person (answers)
                         * @enum {string}
                         */
                        readonly kind: "client" | "approval" | "question";
                        readonly deadline_at?: string | null;
                        /** @description The arguments are cut here; the message has them whole */
                        readonly args_truncated?: boolean;
                        /** @description Of a question: the MCP server that asks */
                        readonly asked_by?: {
                            /**
                             * Format: uuid
                             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                             */
                            readonly mcp_server_id: string;
                            readonly name: string;
                        };
                        /** @description Of a question: what is still open */
                        readonly questions?: readonly components["schemas"]["Question"][];
                    }[];
                    /** @description The nearest of the calls */
                    readonly deadline_at: string | null;
                    /** @description Calls of the same step that run meanwhile, or are about to */
                    readonly running?: readonly string[];
                } | null;
                /** @description Its own open questions, then those of its subagents; `required_action` of each chat has the arguments */
                readonly attention: readonly components["schemas"]["AttentionItem"][];
                /** @description Set while a failed model call is waited out: the turn still runs */
                readonly retry: {
                    /** @description Calls of this step that have failed */
                    readonly attempt: number;
                    readonly attempts_max: number;
                    /** @enum {string} */
                    readonly kind: "overloaded" | "rate_limit" | "timeout" | "stream_silence" | "network" | "auth" | "config" | "context_overflow" | "usage_limit" | "missing_key" | "content_filter" | "no_output" | "generic";
                    readonly message: string;
                    /**
                     * Format: date-time
                     * @description ISO 8601, UTC
                     */
                    readonly retrying_at: string;
                } | null;
                readonly snapshot_version: number;
                readonly history_version: number;
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                readonly created_at: string;
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                readonly updated_at: string;
                readonly links: {
                    readonly self: string;
                    readonly stream: string;
                    readonly temporal: string | null;
                };
            }[];
        };
        readonly Todo: {
            readonly text: string;
            /** @enum {string} */
            readonly status: "pending" | "doing" | "done";
        };
        readonly Question: {
            readonly question_id: string;
            readonly message: string;
            /** @constant */
            readonly mode: "form";
            /** @description JSON schema of a flat object */
            readonly schema: {
                readonly [key: string]: JsonValue | undefined;
            };
        } | {
            readonly question_id: string;
            readonly message: string;
            /** @constant */
            readonly mode: "url";
            /** @description Somebody is to open this page, and accept when they have */
            readonly url: string;
        };
        readonly AttentionItem: {
            /**
             * Format: uuid
             * @description The chat itself, or one of its subagents: there you answer
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly chat_id: string;
            readonly tool_calls: readonly {
                readonly tool_call_id: string;
                readonly tool_name: string;
                /**
                 * @description `client`: your client runs it (tool-results). `approval`: a person decides (approvals). `question`: its server asks a person (answers)
                 * @enum {string}
                 */
                readonly kind: "client" | "approval" | "question";
                readonly deadline_at: string | null;
            }[];
        };
        /** @description A chat that is new, or new to you. */
        readonly FeedCreated: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "created";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly chat: components["schemas"]["Chat"];
            };
        };
        /** @description The chat, or a subagent of it, waits for results of tools, approvals or answers to questions. */
        readonly FeedActionRequired: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "action_required";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly chat: components["schemas"]["Chat"];
            };
        };
        /** @description The chat was archived, or taken back. */
        readonly FeedArchived: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "archived";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly chat: components["schemas"]["Chat"];
            };
        };
        /** @description The chat does something else now. Also every change that has no name of its own. */
        readonly FeedStatusChange: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "status_change";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly chat: components["schemas"]["Chat"];
            };
        };
        /** @description The length of the queue changed. */
        readonly FeedQueueChange: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "queue_change";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly chat: components["schemas"]["Chat"];
            };
        };
        /** @description The title changed. */
        readonly FeedTitleChange: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "title_change";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly chat: components["schemas"]["Chat"];
            };
        };
        /** @description The summary of the last turn changed. */
        readonly FeedSummaryChange: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "summary_change";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly chat: components["schemas"]["Chat"];
            };
        };
        /** @description The chat was read, or has something unread. */
        readonly FeedReadChange: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "read_change";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly chat: components["schemas"]["Chat"];
            };
        };
        /** @description The chat is gone. */
        readonly FeedDeleted: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "deleted";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
            };
        };
        /** @description There is a new project. Everybody is told. */
        readonly FeedProjectCreated: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "project_created";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly project: components["schemas"]["Project"];
            };
        };
        readonly Project: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            readonly name: string;
            /** @description The folder, with its links resolved */
            readonly path: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly updated_at: string;
        };
        /** @description The project is gone; its chats go on in its folder. Everybody is told. */
        readonly FeedProjectDeleted: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "project_deleted";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly project_id: string;
            };
        };
        /** @description application/problem+json (RFC 9457) */
        readonly Problem: {
            readonly type: string;
            readonly title: string;
            readonly status: number;
            /**
             * @description Stable
             * @enum {string}
             */
            readonly code: "chat_not_found" | "message_not_found" | "turn_not_found" | "queued_message_not_found" | "workspace_not_found" | "build_not_found" | "terminal_not_found" | "debug_run_not_found" | "user_not_found" | "api_key_not_found" | "template_not_found" | "share_not_found" | "profile_not_found" | "project_not_found" | "mcp_server_not_found" | "path_not_found" | "file_not_found" | "session_not_found" | "not_found" | "not_a_user_message" | "model_config_not_found" | "model_provider_not_found" | "base_url_refused" | "workspace_refused" | "template_refused" | "mcp_server_refused" | "mcp_sign_in_failed" | "profile_refused" | "project_refused" | "project_path_refused" | "path_refused" | "file_refused" | "invalid_request" | "invalid_json" | "invalid_cursor" | "sign_in_failed" | "unauthenticated" | "forbidden" | "csrf_missing" | "file_too_large" | "body_too_large" | "unsupported_media_type" | "queue_full" | "rate_limited" | "too_many_streams" | "chat_archived" | "usage_limit_reached" | "title_impossible" | "history_changed" | "chat_busy" | "transition_refused" | "name_taken" | "provider_in_use" | "last_admin" | "email_taken" | "of_environment" | "too_many_workspaces" | "too_many_files" | "file_quota_reached" | "too_many" | "history_too_long" | "nothing_to_compact" | "nothing_to_regenerate" | "workspace_not_running" | "workspace_full" | "outcome_unknown" | "terminal_closed" | "terminal_busy" | "workspace_deleting" | "idempotency_key_reused" | "results_incomplete" | "unknown_tool_call" | "arguments_refused" | "unknown_question" | "answer_refused" | "not_awaiting_results" | "method_not_allowed" | "workspace_unreachable" | "search_too_slow" | "draining" | "unavailable" | "internal";
            readonly detail?: string;
            /** @description Where the fault lies */
            readonly errors?: readonly {
                readonly path: string;
                readonly message: string;
            }[];
            /**
             * Format: date-time
             * @description Of a usage limit: when its period ends
             */
            readonly resets_at?: string;
        };
        readonly ChatPage: {
            readonly items: readonly components["schemas"]["Chat"][];
            readonly next_cursor: string | null;
        };
        readonly MessagePage: {
            readonly messages: readonly components["schemas"]["Message"][];
            readonly queued_messages: readonly components["schemas"]["QueuedMessage"][];
            readonly has_more: boolean;
        };
        readonly Message: {
            readonly id: number;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly chat_id: string;
            /** @description Id of the user message that began the turn */
            readonly turn_id: number;
            /** @enum {string} */
            readonly role: "system" | "user" | "assistant" | "tool";
            readonly content: readonly ({
                /** @constant */
                readonly type: "text";
                readonly text: string;
            } | {
                /** @constant */
                readonly type: "reasoning";
                readonly text: string;
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                readonly started_at?: string;
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                readonly completed_at?: string;
            } | {
                /** @constant */
                readonly type: "tool-call";
                readonly tool_call_id: string;
                readonly tool_name: string;
                readonly args: {
                    readonly [key: string]: JsonValue | undefined;
                };
                readonly provider_executed?: boolean;
                /**
                 * Format: uuid
                 * @description The MCP server that has the tool
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly mcp_server_id?: string;
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                readonly created_at: string;
            } | {
                /** @constant */
                readonly type: "tool-result";
                readonly tool_call_id: string;
                readonly tool_name: string;
                /** @description Any JSON value */
                readonly result: JsonValue;
                readonly is_error: boolean;
                readonly truncated?: boolean;
                /** @description Files of the result; `for_people`: the model knows only their names */
                readonly files?: readonly {
                    /** @constant */
                    readonly type: "file";
                    /**
                     * Format: uuid
                     * @description Its bytes: `GET /v1/files/{file}`
                     * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                     */
                    readonly file_id: string;
                    readonly media_type: string;
                    readonly name: string;
                    /** @constant */
                    readonly for_people?: true;
                }[];
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                readonly created_at: string;
            } | {
                /** @constant */
                readonly type: "source";
                readonly url: string;
                readonly title: string;
            } | {
                /** @constant */
                readonly type: "file";
                /**
                 * Format: uuid
                 * @description Its bytes: `GET /v1/files/{file}`
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly file_id: string;
                readonly media_type: string;
                readonly name: string;
            } | {
                /** @constant */
                readonly type: "file-reference";
                readonly file_name: string;
                readonly start_line: number;
                readonly end_line: number;
                readonly content: string;
            })[];
            readonly model_config_id: string | null;
            readonly provider: string | null;
            readonly model: string | null;
            readonly started_at: string | null;
            readonly finished_at: string | null;
            readonly provider_response_id: string | null;
            readonly usage: {
                readonly input_tokens: number;
                readonly output_tokens: number;
                readonly total_tokens: number;
                readonly reasoning_tokens: number;
                readonly cache_creation_tokens: number;
                readonly cache_read_tokens: number;
                readonly context_limit: number | null;
            } | null;
            readonly finish_reason: ("stop" | "length" | "content_filter" | "tool_calls" | "error" | "interrupted" | "max_steps" | "other") | null;
            readonly cost_micros: number | null;
            readonly runtime_ms: number | null;
            readonly interrupted: boolean;
            readonly compressed: boolean;
            readonly created_by: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            /** @description Of a message with results: approvals and answers to questions */
            readonly decisions?: readonly {
                readonly tool_call_id: string;
                readonly approved: boolean;
                /** @description Run in place of the model's arguments */
                readonly args?: {
                    readonly [key: string]: JsonValue | undefined;
                };
                readonly reason?: string;
                /** @description The question of the tool's server that was answered; absent: an approval */
                readonly question?: {
                    readonly question_id: string;
                    readonly message: string;
                    /** @enum {string} */
                    readonly action: "accept" | "decline" | "cancel";
                    readonly content?: {
                        readonly [key: string]: JsonValue | undefined;
                    };
                };
                readonly by: string | null;
                /** @description The key that was used; null: none was */
                readonly api_key_id: string | null;
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                readonly at: string;
            }[];
            /** @description Of an answer to a message with an `output_schema`: its JSON, which fits the schema; null with an error beside it */
            readonly structured_output?: JsonValue;
            /** @description Why the answer has no `structured_output` */
            readonly structured_output_error?: {
                /** @enum {string} */
                readonly code: "not_json" | "does_not_fit" | "cut" | "refused" | "too_large" | "not_checked";
                readonly message: string;
                readonly errors?: readonly {
                    readonly path: string;
                    readonly message: string;
                }[];
            };
        };
        readonly QueuedMessage: {
            readonly id: number;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly chat_id: string;
            readonly content: readonly ({
                /** @constant */
                readonly type: "text";
                readonly text: string;
            } | {
                /** @constant */
                readonly type: "file";
                /**
                 * Format: uuid
                 * @description Its bytes: `GET /v1/files/{file}`
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly file_id: string;
                readonly media_type: string;
                readonly name: string;
            } | {
                /** @constant */
                readonly type: "file-reference";
                readonly file_name: string;
                readonly start_line: number;
                readonly end_line: number;
                readonly content: string;
            })[];
            readonly model_config_id: string | null;
            readonly reasoning_effort: string | null;
            readonly position: number;
            /** @description It enters the running turn after its next tools */
            readonly steer: boolean;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            /** @description Client-run tools of its turn */
            readonly tools?: readonly {
                readonly name: string;
                readonly description: string;
                /** @description JSON schema of the arguments, with `type: "object"` */
                readonly parameters: {
                    readonly [key: string]: JsonValue | undefined;
                };
            }[];
            /** @description Whether the model may call tools. `required` and a named tool hold for the first call of the model alone, `none` for the whole turn */
            readonly tool_choice?: ("auto" | "none" | "required") | {
                /** @constant */
                readonly type: "tool";
                readonly tool_name: string;
            };
            /** @description Follow the system prompt, for this turn alone */
            readonly instructions?: string;
            /** @description Settings of this turn's model calls, in place of the model config's. `max_output_tokens` never exceeds what the config says */
            readonly call_config?: {
                readonly max_output_tokens?: number;
                readonly temperature?: number;
                readonly top_p?: number;
                readonly top_k?: number;
                readonly presence_penalty?: number;
                readonly frequency_penalty?: number;
                readonly stop?: readonly string[];
            };
            /**
             * @description JSON schema of the turn's last answer. That has the value as `structured_output`, or the reason why there is none
             * @example {
             *       "type": "object",
             *       "properties": {
             *         "city": {
             *           "type": "string"
             *         }
             *       },
             *       "required": [
             *         "city"
             *       ],
             *       "additionalProperties": false
             *     }
             */
            readonly output_schema?: {
                readonly [key: string]: JsonValue | undefined;
            };
        };
        readonly SentMessage: {
            readonly queued: boolean;
            /** @description What entered the history */
            readonly messages: readonly components["schemas"]["Message"][];
            readonly queued_message?: components["schemas"]["QueuedMessage"];
        };
        readonly EditedMessage: {
            readonly message: components["schemas"]["Message"];
            readonly deleted_message_ids: readonly number[];
        };
        readonly TurnPage: {
            readonly items: readonly components["schemas"]["Turn"][];
            readonly next_cursor: string | null;
        };
        readonly Turn: {
            /** @description Id of the user message that began it */
            readonly id: number;
            /** @enum {string} */
            readonly status: "running" | "interrupting" | "requires_action" | "completed" | "interrupted" | "error";
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly started_at: string;
            /** @description Null while it runs */
            readonly finished_at: string | null;
            /** @description Answers of the model */
            readonly steps: number;
            /** @description Of all its answers that were kept */
            readonly usage: {
                readonly input_tokens: number;
                readonly output_tokens: number;
                readonly total_tokens: number;
                readonly reasoning_tokens: number;
                readonly cache_creation_tokens: number;
                readonly cache_read_tokens: number;
                readonly context_limit: number | null;
            } | null;
            /** @description Of the same; null without a price */
            readonly cost_micros: number | null;
            /** @description Why it ended in an error */
            readonly last_error: {
                readonly message: string;
                /** @enum {string} */
                readonly kind: "overloaded" | "rate_limit" | "timeout" | "stream_silence" | "network" | "auth" | "config" | "context_overflow" | "usage_limit" | "missing_key" | "content_filter" | "no_output" | "generic";
                readonly provider: string | null;
                readonly retryable: boolean;
                readonly status_code: number | null;
                readonly detail: string | null;
                /**
                 * Format: date-time
                 * @description Of a usage limit: when its period ends
                 */
                readonly resets_at?: string;
            } | null;
            readonly links: {
                readonly temporal: string | null;
            };
        };
        readonly Promoted: {
            /** @description Absent while the promotion waits behind an interrupt */
            readonly message?: components["schemas"]["Message"];
        };
        readonly DebugRunPage: {
            readonly items: readonly components["schemas"]["DebugRun"][];
            readonly next_cursor: null;
        };
        readonly DebugRun: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /** @enum {string} */
            readonly kind: "chat_turn" | "title" | "compaction" | "summary";
            /** @enum {string} */
            readonly status: "in_progress" | "interrupted" | "error" | "completed";
            readonly trigger_message_id: number | null;
            /** @description The newest message its first prompt held */
            readonly history_tip_message_id: number | null;
            readonly provider: string | null;
            readonly model: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly started_at: string;
            readonly finished_at: string | null;
            readonly summary: {
                readonly steps: number;
                readonly attempts: number;
                readonly input_tokens: number;
                readonly output_tokens: number;
                readonly total_tokens: number;
                /** @description The newest error that no later success cleared */
                readonly error: string | null;
            };
        };
        readonly DebugRunWithSteps: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /** @enum {string} */
            readonly kind: "chat_turn" | "title" | "compaction" | "summary";
            /** @enum {string} */
            readonly status: "in_progress" | "interrupted" | "error" | "completed";
            readonly trigger_message_id: number | null;
            /** @description The newest message its first prompt held */
            readonly history_tip_message_id: number | null;
            readonly provider: string | null;
            readonly model: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly started_at: string;
            readonly finished_at: string | null;
            readonly summary: {
                readonly steps: number;
                readonly attempts: number;
                readonly input_tokens: number;
                readonly output_tokens: number;
                readonly total_tokens: number;
                /** @description The newest error that no later success cleared */
                readonly error: string | null;
            };
            readonly steps: readonly {
                readonly number: number;
                readonly operation: string;
                /** @enum {string} */
                readonly status: "in_progress" | "interrupted" | "error" | "completed";
                /** @description As it was given to the provider's adapter */
                readonly request: {
                    readonly [key: string]: JsonValue | undefined;
                } | null;
                /** @description As it was read: content, finish_reason */
                readonly response: {
                    readonly [key: string]: JsonValue | undefined;
                } | null;
                readonly usage: {
                    readonly [key: string]: JsonValue | undefined;
                } | null;
                readonly error: {
                    readonly [key: string]: JsonValue | undefined;
                } | null;
                readonly metadata: {
                    readonly [key: string]: JsonValue | undefined;
                } | null;
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                readonly started_at: string;
                readonly finished_at: string | null;
                /** @description HTTP calls; tries at the step are all here */
                readonly attempts: readonly {
                    readonly number: number;
                    /** @enum {string} */
                    readonly status: "in_progress" | "interrupted" | "error" | "completed";
                    readonly method: string;
                    readonly url: string;
                    readonly request_headers: {
                        readonly [key: string]: string;
                    };
                    readonly request_body: string | null;
                    readonly response_status: number | null;
                    readonly response_headers: {
                        readonly [key: string]: string;
                    } | null;
                    readonly response_body: string | null;
                    readonly error: string | null;
                    /**
                     * Format: date-time
                     * @description ISO 8601, UTC
                     */
                    readonly started_at: string;
                    readonly finished_at: string | null;
                }[];
            }[];
        };
        readonly FoundPage: {
            readonly items: readonly components["schemas"]["Found"][];
            readonly next_cursor: string | null;
        };
        readonly Found: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly chat_id: string;
            /** @description Of the chat */
            readonly title: string;
            /** @description Null: the title was found */
            readonly message_id: number | null;
            readonly role: ("user" | "assistant") | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            readonly excerpt: string;
            /** @description Start and end of each word found, in UTF-16 units of the excerpt */
            readonly matches: readonly (readonly number[])[];
        };
        /** @description One frame of the stream; `data` is sent as JSON text */
        readonly ChatStream: components["schemas"]["ChatStreamHistoryReset"] | components["schemas"]["ChatStreamChat"] | components["schemas"]["ChatStreamMessages"] | components["schemas"]["ChatStreamQueueUpdate"] | components["schemas"]["ChatStreamStatus"] | components["schemas"]["ChatStreamError"] | components["schemas"]["ChatStreamActionRequired"] | components["schemas"]["ChatStreamRetry"] | components["schemas"]["ChatStreamPreviewReset"] | components["schemas"]["ChatStreamMessagePart"] | components["schemas"]["ChatStreamCaughtUp"];
        /** @description Drop everything you have of the chat. A snapshot of the newest messages follows. Sent on a first connection, after an edit, and when your cursor is foreign or too far behind. */
        readonly ChatStreamHistoryReset: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "history_reset";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
                /** @description There are older messages */
                readonly has_more: boolean;
                /** @description Read older messages with `GET …/messages?before_id=` */
                readonly before_id: number | null;
            };
        };
        /** @description The chat itself. Sent once in each snapshot, and when something changes that no other event tells. */
        readonly ChatStreamChat: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "chat";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
                readonly chat: components["schemas"]["Chat"];
            };
        };
        /** @description Committed messages, oldest first. Store them by `id`, replacing older versions, and drop the parts of the episodes in `closes` and no others. */
        readonly ChatStreamMessages: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "messages";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
                readonly messages: readonly components["schemas"]["Message"][];
                readonly history_version: number;
                /** @description Episodes that are over */
                readonly closes: readonly string[];
            };
        };
        /** @description The whole queue of messages that wait for their turn. */
        readonly ChatStreamQueueUpdate: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "queue_update";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
                readonly queued_messages: readonly components["schemas"]["QueuedMessage"][];
            };
        };
        /** @description What the chat does now. A status other than `error` clears the error, one other than `requires_action` clears the action. It never drops parts. */
        readonly ChatStreamStatus: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "status";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
                /** @enum {string} */
                readonly status: "waiting" | "running" | "interrupting" | "requires_action" | "error";
                readonly turn_id: number | null;
                readonly history_version: number;
            };
        };
        /** @description Why the turn failed; follows a `status` of `error`. Trouble of the server is never told this way: the stream ends with `retry:`. */
        readonly ChatStreamError: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "error";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
                readonly error: {
                    readonly message: string;
                    /** @enum {string} */
                    readonly kind: "overloaded" | "rate_limit" | "timeout" | "stream_silence" | "network" | "auth" | "config" | "context_overflow" | "usage_limit" | "missing_key" | "content_filter" | "no_output" | "generic";
                    readonly provider: string | null;
                    readonly retryable: boolean;
                    readonly status_code: number | null;
                    readonly detail: string | null;
                    /**
                     * Format: date-time
                     * @description Of a usage limit: when its period ends
                     */
                    readonly resets_at?: string;
                };
            };
        };
        /** @description The turn waits for results of tools, approvals or answers to questions; follows a `status` of `requires_action`. */
        readonly ChatStreamActionRequired: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "action_required";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
                readonly tool_calls: readonly {
                    readonly tool_call_id: string;
                    readonly tool_name: string;
                    readonly args: {
                        readonly [key: string]: JsonValue | undefined;
                    };
                    /**
                     * @description `client`: your client runs it (tool-results). `approval`: a person decides (approvals). `question`: its server asks a person (answers)
                     * @enum {string}
                     */
                    readonly kind: "client" | "approval" | "question";
                    readonly deadline_at?: string | null;
                    /** @description The arguments are cut here; the message has them whole */
                    readonly args_truncated?: boolean;
                    /** @description Of a question: the MCP server that asks */
                    readonly asked_by?: {
                        /**
                         * Format: uuid
                         * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                         */
                        readonly mcp_server_id: string;
                        readonly name: string;
                    };
                    /** @description Of a question: what is still open */
                    readonly questions?: readonly components["schemas"]["Question"][];
                }[];
                /** @description The nearest of the calls */
                readonly deadline_at: string | null;
                /** @description Calls of the same step that run meanwhile, or are about to */
                readonly running?: readonly string[];
            };
        };
        /** @description A model call failed and is made again. The next `status`, or the first part after the next `preview_reset`, clears it. */
        readonly ChatStreamRetry: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "retry";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
                /** @description Calls of this step that have failed */
                readonly attempt: number;
                readonly attempts_max: number;
                /** @enum {string} */
                readonly kind: "overloaded" | "rate_limit" | "timeout" | "stream_silence" | "network" | "auth" | "config" | "context_overflow" | "usage_limit" | "missing_key" | "content_filter" | "no_output" | "generic";
                readonly message: string;
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                readonly retrying_at: string;
                readonly delay_ms: number;
                /** @description Of the provider's answer */
                readonly status_code: number | null;
            };
        };
        /** @description An episode begins in its slot, at `seq` 1, and replaces what the slot showed. After a failed attempt it names the next one. */
        readonly ChatStreamPreviewReset: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "preview_reset";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
                /** @description `<history_version>.<attempt>`, and `.<tool_call_id>` for the output of a running tool */
                readonly episode: string;
            };
        };
        /** @description A piece of the message that is being written. Neighbours may come merged when they are sent again: then `from_seq` is less than `seq`. */
        readonly ChatStreamMessagePart: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "message_part";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
                /** @description `<history_version>.<attempt>`, and `.<tool_call_id>` for the output of a running tool */
                readonly episode: string;
                readonly from_seq: number;
                /** @description Counts the parts of an episode: 1, 2, 3 … without gaps */
                readonly seq: number;
                /** @description Place of the part in the content of its message */
                readonly index: number;
                /** @enum {string} */
                readonly role: "assistant" | "tool";
                readonly part: components["schemas"]["PartDelta"];
            };
        };
        /** @description What a part adds to the content of the message being written */
        readonly PartDelta: {
            /** @constant */
            readonly type: "text";
            readonly text: string;
        } | {
            /** @constant */
            readonly type: "reasoning";
            readonly text: string;
        } | {
            /** @constant */
            readonly type: "tool-call";
            readonly tool_call_id: string;
            readonly tool_name: string;
            /** @description The next piece of the arguments' JSON text */
            readonly args_delta?: string;
            /** @description The whole arguments; they replace the pieces */
            readonly args?: {
                readonly [key: string]: JsonValue | undefined;
            };
            readonly provider_executed?: boolean;
            /**
             * Format: uuid
             * @description The MCP server that has the tool
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly mcp_server_id?: string;
        } | {
            /** @constant */
            readonly type: "tool-result";
            readonly tool_call_id: string;
            /** @description Text to display, until the result is committed */
            readonly result_delta: string;
            /** @description The whole result of a tool that the provider ran */
            readonly provider_result?: {
                readonly tool_name: string;
                readonly result: {
                    readonly [key: string]: JsonValue | undefined;
                };
                readonly is_error: boolean;
            };
        } | {
            /** @constant */
            readonly type: "source";
            readonly url: string;
            readonly title: string;
        } | {
            /** @constant */
            readonly type: "file";
            readonly file_id: string;
            readonly media_type: string;
            readonly name: string;
        };
        /** @description The snapshot is complete. What follows happens now. */
        readonly ChatStreamCaughtUp: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "caught_up";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
            };
        };
        readonly StreamToken: {
            readonly token: string;
            /**
             * Format: date-time
             * @description Connect before
             */
            readonly expires_at: string;
        };
        readonly SharePage: {
            readonly items: readonly components["schemas"]["Share"][];
            readonly next_cursor: null;
        };
        readonly Share: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly chat_id: string;
            /** @description With whom; null: with whoever has the link */
            readonly user_id: string | null;
            readonly link: boolean;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly created_by: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            readonly expires_at: string | null;
        };
        readonly MadeShare: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly chat_id: string;
            /** @description With whom; null: with whoever has the link */
            readonly user_id: string | null;
            readonly link: boolean;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly created_by: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            readonly expires_at: string | null;
            /** @description Of a link: shown once, and stored nowhere */
            readonly token: string | null;
            /** @description Of a link: where the chat can be read */
            readonly path: string | null;
        };
        readonly SharedChat: {
            readonly chat: components["schemas"]["Chat"];
            readonly messages: readonly components["schemas"]["Message"][];
            readonly has_more: boolean;
        };
        readonly SignInState: {
            /** @description The cookie names a session that has not ended */
            readonly signed_in: boolean;
            /**
             * @description By `POST /session`
             * @constant
             */
            readonly api_key: true;
            /** @description Whether `/session/oidc` leads to an issuer */
            readonly oidc: boolean;
        };
        readonly Session: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly user_id: string;
            /** @enum {string} */
            readonly scope: "full" | "chats" | "read";
            /** @description The key it ends with; null: signed in at the issuer */
            readonly api_key_id: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description To the minute
             */
            readonly last_used_at: string;
            /**
             * Format: date-time
             * @description At the latest; sooner if it is not used
             */
            readonly expires_at: string;
            readonly address: string | null;
            readonly user_agent: string | null;
            /** @description The session that asks */
            readonly current: boolean;
        };
        readonly SessionPage: {
            readonly items: readonly components["schemas"]["Session"][];
            readonly next_cursor: null;
        };
        readonly StoredUiMessage: {
            readonly id: string;
            /** @enum {string} */
            readonly role: "system" | "user" | "assistant";
            readonly parts: readonly ({
                readonly type: string;
            } & {
                readonly [key: string]: JsonValue | undefined;
            })[];
            readonly metadata: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly chat_id: string;
                readonly turn_id: number;
            } & {
                readonly [key: string]: JsonValue | undefined;
            };
        } & {
            readonly [key: string]: JsonValue | undefined;
        };
        readonly File: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            readonly name: string;
            /** @enum {string} */
            readonly media_type: "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "application/pdf" | "text/plain" | "text/csv" | "text/markdown" | "application/json";
            /** @description Bytes */
            readonly size: number;
            readonly sha256: string;
            /**
             * @description Who made it: you, or a tool of one of your chats
             * @enum {string}
             */
            readonly origin: "upload" | "tool";
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            readonly links: {
                /** @description Its bytes */
                readonly self: string;
            };
        };
        readonly FilePage: {
            readonly items: readonly components["schemas"]["File"][];
            readonly next_cursor: string | null;
        };
        readonly Workspace: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly owner_id: string;
            readonly name: string;
            readonly template: string;
            readonly parameters: {
                readonly [key: string]: JsonValue | undefined;
            };
            readonly driver: string;
            /** @enum {string} */
            readonly status: "building" | "running" | "stopping" | "stopped" | "failed" | "deleting";
            /** @enum {string} */
            readonly agent_status: "none" | "connecting" | "ready" | "not_ready";
            readonly agent_error: string | null;
            /** @description Why the newest build failed, or null */
            readonly error: string | null;
            /** @description The newest */
            readonly build: components["schemas"]["Build"];
            /** @description Idle time after which it stops; null: never */
            readonly ttl_ms: number | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly last_active_at: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly updated_at: string;
            readonly links: {
                readonly self: string;
                /** @description Of the newest build, as server-sent events */
                readonly logs: string;
                readonly temporal: string | null;
            };
        };
        readonly Build: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /** @enum {string} */
            readonly kind: "create" | "start";
            /** @enum {string} */
            readonly status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
            readonly error: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            readonly started_at: string | null;
            readonly finished_at: string | null;
        };
        readonly WorkspacePage: {
            readonly items: readonly components["schemas"]["Workspace"][];
            readonly next_cursor: string | null;
        };
        readonly WorkspaceFolder: {
            readonly path: string;
            readonly entries: readonly {
                readonly name: string;
                /** @enum {string} */
                readonly type: "file" | "dir" | "symlink" | "other";
                /** @description Bytes; null: it is no file */
                readonly size: number | null;
            }[];
            /** @description There are more entries than are shown */
            readonly truncated: boolean;
        };
        readonly WrittenFile: {
            readonly path: string;
            /** @description Bytes */
            readonly size: number;
            /** @description It was not there before */
            readonly created: boolean;
        };
        readonly WorkspaceChanges: {
            /** @description False: neither the workspace nor a folder in it is in git */
            readonly in_git: boolean;
            /** @description Since the last commit, in git's unified format, with new files that are not ignored. Paths are relative to the workspace */
            readonly diff: string;
            /** @description There is more than is shown */
            readonly truncated: boolean;
        };
        /** @description One frame of the stream; `data` is sent as JSON text */
        readonly BuildLog: components["schemas"]["BuildLogLog"] | components["schemas"]["BuildLogEnd"];
        /** @description A line of the log. Its number is the `id` of the frame. */
        readonly BuildLogLog: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "log";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly seq: number;
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                readonly at: string;
                readonly text: string;
            };
        };
        /** @description The build is over, and so is the stream. */
        readonly BuildLogEnd: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "end";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /** @enum {string} */
                readonly status: "succeeded" | "failed" | "cancelled";
                readonly error: string | null;
            };
        };
        readonly Terminal: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly workspace_id: string;
            /** @enum {string} */
            readonly status: "opening" | "open" | "closed";
            readonly cols: number;
            readonly rows: number;
            /** @description How it ended; null while it is not closed */
            readonly end: {
                /** @enum {string} */
                readonly reason: "exited" | "closed" | "idle" | "workspace_stopped" | "agent_lost" | "failed";
                /** @description For people */
                readonly message: string;
                /** @description Of the shell; null unless it ended by itself */
                readonly exit_code: number | null;
            } | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            readonly ended_at: string | null;
            readonly links: {
                readonly self: string;
                readonly output: string;
            };
        };
        readonly TerminalList: {
            readonly items: readonly components["schemas"]["Terminal"][];
        };
        /** @description One frame of the stream; `data` is sent as JSON text */
        readonly TerminalOutput: components["schemas"]["TerminalOutputTerminal"] | components["schemas"]["TerminalOutputOutput"];
        /** @description The terminal: at first, when it has opened, and when its size has changed. With a `status` of `closed` it is the last event, behind the last output. */
        readonly TerminalOutputTerminal: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "terminal";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                readonly terminal: components["schemas"]["Terminal"];
                /** @description Bytes printed so far. Do not answer what programs asked before that: it was answered, or is too old */
                readonly output_end: number;
            };
        };
        /** @description What the shell printed. If `from` is greater than the `to` before it, what lies between came too fast, or is too long ago, and was left out. */
        readonly TerminalOutputOutput: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly event: "output";
            /** @description Where to resume; send it as `Last-Event-ID` */
            readonly id?: string;
            readonly data: {
                /** @description Where it begins: bytes since the shell began */
                readonly from: number;
                /** @description Where it ends; the `id` of the frame */
                readonly to: number;
                /** @description The bytes in base64. A character may be cut in two */
                readonly data: string;
                /** @description How programs had set the terminal where this begins, as the sequences that set it. Where something before it was left out, draw them first. Absent: as a new one */
                readonly modes?: string;
            };
        };
        readonly TemplatePage: {
            readonly items: readonly components["schemas"]["TemplateSummary"][];
            /** @description What keeps other templates from being listed */
            readonly faults: readonly components["schemas"]["TemplateFault"][];
            readonly next_cursor: null;
        };
        readonly TemplateSummary: {
            readonly name: string;
            readonly title: string;
            readonly description: string;
            readonly parameters: readonly {
                readonly name: string;
                /** @enum {string} */
                readonly type: "string" | "number" | "boolean" | "choice";
                readonly description: string;
                /** @description Absent: the parameter must be given */
                readonly default?: string | number | boolean;
                readonly choices?: readonly string[];
            }[];
            readonly image: string;
            /** @description What processes inside may reach: nothing (false), public internet addresses through a proxy (true), or whatever the machine they run on can reach, its own ports and private network included */
            readonly network: boolean | "unfiltered";
            readonly limits: {
                readonly memory_mib: number;
                readonly cpus: number;
                readonly pids: number;
                readonly disk_mib: number;
            };
            /** @description Idle time after which a workspace stops; null: never */
            readonly ttl_ms: number | null;
        };
        readonly TemplateFault: {
            readonly template: string;
            /** @description Relative to the folder of the templates */
            readonly file: string;
            /** @description Where in the file; empty: all of it */
            readonly path: string;
            readonly message: string;
        };
        readonly ShownTemplate: {
            /** @description Null: `faults` says why */
            readonly template: components["schemas"]["Template"] | null;
            readonly faults: readonly components["schemas"]["TemplateFault"][];
            readonly readme: string | null;
        };
        readonly Template: {
            readonly name: string;
            readonly title: string;
            readonly description: string;
            readonly parameters: readonly {
                readonly name: string;
                /** @enum {string} */
                readonly type: "string" | "number" | "boolean" | "choice";
                readonly description: string;
                /** @description Absent: the parameter must be given */
                readonly default?: string | number | boolean;
                readonly choices?: readonly string[];
            }[];
            readonly image: string;
            /** @description What processes inside may reach: nothing (false), public internet addresses through a proxy (true), or whatever the machine they run on can reach, its own ports and private network included */
            readonly network: boolean | "unfiltered";
            readonly limits: {
                readonly memory_mib: number;
                readonly cpus: number;
                readonly pids: number;
                readonly disk_mib: number;
            };
            /** @description Idle time after which a workspace stops; null: never */
            readonly ttl_ms: number | null;
            /** @description Commands run once, when the workspace is made */
            readonly build: readonly string[];
            /** @description Script run at each start */
            readonly startup: string | null;
            /** @description Names of the variables it sets; values are not shown */
            readonly env: readonly string[];
        };
        readonly ProjectPage: {
            readonly items: readonly components["schemas"]["Project"][];
            readonly next_cursor: string | null;
        };
        readonly ModelProviderPage: {
            readonly items: readonly components["schemas"]["ModelProvider"][];
            readonly next_cursor: null;
        };
        readonly ModelProvider: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            readonly name: string;
            /** @enum {string} */
            readonly kind: "openai" | "openai-compatible" | "anthropic";
            /** @description Null: the service's own. Members do not see it, and get null */
            readonly base_url: string | null;
            readonly api: ("responses" | "chat_completions") | null;
            readonly has_api_key: boolean;
            readonly enabled: boolean;
            /** @description Of the environment: only `enabled` and `api_key` can be changed */
            readonly seeded: boolean;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly updated_at: string;
        };
        readonly ModelProviderTest: {
            readonly ok: boolean;
            readonly latency_ms: number;
            /** @description In words, for people */
            readonly message: string;
            /** @enum {string} */
            readonly kind?: "overloaded" | "rate_limit" | "timeout" | "stream_silence" | "network" | "auth" | "config" | "context_overflow" | "usage_limit" | "missing_key" | "content_filter" | "no_output" | "generic";
            /** @description The provider's own words, without keys */
            readonly detail?: string;
        };
        readonly ModelQuirkPage: {
            readonly items: readonly components["schemas"]["ModelQuirk"][];
            readonly next_cursor: null;
        };
        readonly ModelQuirk: {
            readonly model: string;
            /** @description Where it was learnt. Null: the service's own address */
            readonly base_url: string | null;
            /**
             * @description The dialect in which it was learnt
             * @enum {string}
             */
            readonly api: "openai-chat" | "openai-responses" | "anthropic";
            /** @description Its name */
            readonly quirk: string;
            /** @description What the server wants, and what is done about it */
            readonly about: string;
            /** @description The refusal that taught it, without keys */
            readonly words: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly learnt_at: string;
        };
        readonly ModelConfigPage: {
            readonly items: readonly components["schemas"]["ModelConfig"][];
            readonly next_cursor: null;
        };
        readonly ModelConfig: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            readonly name: string;
            readonly provider_id: string | null;
            /** @description The provider's name */
            readonly provider: string;
            readonly model: string;
            readonly is_default: boolean;
            readonly enabled: boolean;
            /** @description Of the environment: it cannot be deleted, only disabled */
            readonly seeded: boolean;
            readonly context_limit: number | null;
            /** @description Percent of the context limit at which the history is compacted */
            readonly compression_threshold: number | null;
            readonly reasoning_effort: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max") | null;
            readonly reasoning_effort_max: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max") | null;
            readonly price: {
                readonly input?: (number | string) | null;
                readonly output?: (number | string) | null;
                readonly cache_read?: (number | string) | null;
                readonly cache_write?: (number | string) | null;
            } | null;
            readonly max_output_tokens: number | null;
            readonly temperature: number | null;
            readonly top_p: number | null;
            readonly top_k: number | null;
            readonly presence_penalty: number | null;
            readonly frequency_penalty: number | null;
            readonly stop: readonly string[] | null;
            /** @description OpenAI Responses: the provider keeps its answers, and a call names the one it follows */
            readonly response_chain: boolean | null;
            /** @description How the server takes an answer that was begun: after a worker's end the model then goes on with what was shown, instead of beginning anew */
            readonly prefill: ("assistant" | "continue_final_message" | "prefix") | null;
            /** @description Fields of the request in the provider's own words. Members get null */
            readonly provider_options: {
                readonly [key: string]: JsonValue | undefined;
            } | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly updated_at: string;
        };
        readonly McpServerPage: {
            readonly items: readonly components["schemas"]["McpServer"][];
            readonly next_cursor: string | null;
        };
        readonly McpServer: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            readonly slug: string;
            readonly name: string;
            readonly transport: {
                /** @constant */
                readonly type: "http";
                /** @description Null: only admins see the deployment's */
                readonly url: string | null;
                readonly header_names: readonly string[];
            } | {
                /** @constant */
                readonly type: "stdio";
                readonly command: string | null;
                readonly args: readonly string[];
                readonly env_names: readonly string[];
            };
            /** @enum {string} */
            readonly auth: "none" | "bearer" | "oauth";
            readonly has_token: boolean;
            readonly oauth: {
                readonly client_id: string | null;
                readonly has_client_secret: boolean;
                readonly scope: string | null;
            } | null;
            /** @description With `oauth`: whether you are signed in there. Null: it wants no sign-in */
            readonly authorized: boolean | null;
            /** @description As the server calls them. Null: all */
            readonly allow: readonly string[] | null;
            /** @description As the server calls them; they win over `allow` */
            readonly deny: readonly string[];
            readonly enabled: boolean;
            /**
             * @description `deployment`: for everybody, made and changed by admins
             * @enum {string}
             */
            readonly owner: "me" | "deployment";
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly updated_at: string;
        };
        readonly McpSignIn: {
            /** @description Where you sign in, within ten minutes */
            readonly authorization_url: string;
        };
        readonly McpServerTest: {
            readonly ok: boolean;
            readonly latency_ms: number;
            /** @description In words, for people */
            readonly message: string;
            readonly needs_sign_in: boolean;
            readonly tools: readonly {
                /** @description As the server calls it */
                readonly name: string;
                /** @description As models call it */
                readonly tool_name: string;
                readonly description: string;
                readonly parameters: {
                    readonly [key: string]: JsonValue | undefined;
                };
                readonly read_only: boolean;
                readonly idempotent: boolean;
                readonly destructive: boolean;
            }[];
        };
        readonly ChatMcpServers: {
            readonly items: readonly components["schemas"]["ChatMcpServer"][];
            readonly next_cursor: null;
        };
        readonly ChatMcpServer: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            readonly slug: string;
            readonly name: string;
            /**
             * @description `elsewhere`: reached over HTTP. A program runs beside the worker, or in the chat's workspace
             * @enum {string}
             */
            readonly runs_in: "elsewhere" | "beside_worker" | "workspace";
            /** @description False: its tools are not offered. True does not say that it can be reached */
            readonly usable: boolean;
            /** @description Why it is not usable, in words */
            readonly reason: string | null;
        };
        readonly ProfilePage: {
            readonly items: readonly components["schemas"]["Profile"][];
            readonly next_cursor: string | null;
        };
        readonly Profile: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            readonly name: string;
            /** @description Raised with each change; chats keep the version that they have */
            readonly version: number;
            /** @description Of its chats, where they have none of their own */
            readonly system_prompt: string | null;
            /** @description The model of its chats; one that is gone by then falls back to the default */
            readonly model_config_id: string | null;
            readonly reasoning_effort: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max") | null;
            /** @description The tools that its chats may call: names, or patterns such as `wiki__*`. Null: all */
            readonly tools: readonly string[] | null;
            /** @description The deployment's MCP servers that its chats have. Null: none */
            readonly mcp_server_ids: readonly string[] | null;
            /** @description The skills that its chats may have, by name. Null: all */
            readonly skills: readonly string[] | null;
            /** @description By tool, or pattern such as `github__*`: run at once, ask a person first, or refuse. A name comes before patterns, a longer pattern before a shorter one */
            readonly approval_policy: {
                readonly [key: string]: "auto" | "ask" | "deny";
            };
            /** @description What `create_workspace` builds unless the model names another template */
            readonly template: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly updated_at: string;
        };
        readonly Me: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            readonly name: string;
            /** @enum {string} */
            readonly role: "admin" | "member";
            /** @enum {string} */
            readonly scope: "full" | "chats" | "read";
            /** @description Null when the call was made without an API key */
            readonly api_key: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly id: string;
                readonly name: string;
                readonly prefix: string;
                readonly expires_at: string | null;
            } | null;
            readonly usage_limit: components["schemas"]["UsageLimit"];
            /** @description Those that an enabled model config uses */
            readonly providers: readonly {
                readonly name: string;
                /** @enum {string} */
                readonly kind: "openai" | "openai-compatible" | "anthropic";
            }[];
            /** @description Who answers where a message names no model; null: nobody can */
            readonly default_model: {
                /**
                 * Format: uuid
                 * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                 */
                readonly id: string;
                readonly name: string;
                readonly provider: string;
                readonly model: string;
            } | null;
        };
        readonly UsageLimit: {
            /** @description Null: without limit */
            readonly limit_micros: number | null;
            readonly period: ("day" | "week" | "month") | null;
            /** @description In the present period */
            readonly spent_micros: number | null;
            readonly resets_at: string | null;
        };
        readonly UserPage: {
            readonly items: readonly components["schemas"]["User"][];
            readonly next_cursor: string | null;
        };
        readonly User: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            readonly name: string;
            readonly email: string | null;
            /**
             * @description `member`: own chats; `admin`: also the deployment
             * @enum {string}
             */
            readonly role: "admin" | "member";
            readonly suspended: boolean;
            readonly suspended_at: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
        };
        readonly ApiKeyPage: {
            readonly items: readonly components["schemas"]["ApiKey"][];
            readonly next_cursor: string | null;
        };
        readonly ApiKey: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly user_id: string;
            readonly name: string;
            /** @description The key's first characters */
            readonly prefix: string;
            /**
             * @description `full`: what the user may; `chats`: only chats; `read`: only what changes nothing
             * @enum {string}
             */
            readonly scope: "full" | "chats" | "read";
            /** @description Null: the command line, or the environment */
            readonly created_by: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            readonly expires_at: string | null;
            /** @description To the minute */
            readonly last_used_at: string | null;
        };
        readonly IssuedApiKey: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly user_id: string;
            readonly name: string;
            /** @description The key's first characters */
            readonly prefix: string;
            /**
             * @description `full`: what the user may; `chats`: only chats; `read`: only what changes nothing
             * @enum {string}
             */
            readonly scope: "full" | "chats" | "read";
            /** @description Null: the command line, or the environment */
            readonly created_by: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly created_at: string;
            readonly expires_at: string | null;
            /** @description To the minute */
            readonly last_used_at: string | null;
            /** @description The key itself. It is shown this once */
            readonly key: string;
        };
        readonly AuditPage: {
            readonly items: readonly components["schemas"]["AuditEntry"][];
            readonly next_cursor: string | null;
        };
        readonly AuditEntry: {
            /**
             * Format: uuid
             * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
             */
            readonly id: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly at: string;
            readonly actor_user_id: string | null;
            readonly actor_name: string | null;
            /** @description `key`, `session`, `oidc`, `command-line`, `system` */
            readonly actor_kind: string;
            /** @description Id of the API key or session that acted; null: it was neither */
            readonly actor_proof_id: string | null;
            /** @description Such as `user.suspend` */
            readonly action: string;
            readonly target_type: string;
            readonly target_id: string | null;
            readonly detail: {
                readonly [key: string]: JsonValue | undefined;
            };
            readonly address: string | null;
            readonly request_id: string | null;
        };
        readonly ChatCost: {
            /** @description Millionths of the currency of the prices */
            readonly total_cost_micros: number;
            /** @description Model calls */
            readonly request_count: number;
            /** @description Calls without a price, or whose provider has not said what it used; not in the cost */
            readonly unpriced_request_count: number;
            readonly usage: {
                /** @description Without the cached ones */
                readonly input_tokens: number;
                readonly output_tokens: number;
                readonly total_tokens: number;
                /** @description Within the output */
                readonly reasoning_tokens: number;
                readonly cache_creation_tokens: number;
                readonly cache_read_tokens: number;
            };
        };
        readonly UsageReport: {
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly from: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly to: string;
            readonly group_by: ("user" | "model" | "chat" | "day") | null;
            /** @description Millionths of the currency of the prices */
            readonly total_cost_micros: number;
            /** @description Model calls */
            readonly request_count: number;
            /** @description Calls without a price, or whose provider has not said what it used; not in the cost */
            readonly unpriced_request_count: number;
            readonly usage: {
                /** @description Without the cached ones */
                readonly input_tokens: number;
                readonly output_tokens: number;
                readonly total_tokens: number;
                /** @description Within the output */
                readonly reasoning_tokens: number;
                readonly cache_creation_tokens: number;
                readonly cache_read_tokens: number;
            };
            /** @description Dearest first, days by date */
            readonly groups: readonly {
                /** @description A user's id, `provider/model`, a root chat's id, or a date */
                readonly key: string;
                /** @description The user's name, or the title of an own chat */
                readonly label: string | null;
                /** @description Millionths of the currency of the prices */
                readonly total_cost_micros: number;
                /** @description Model calls */
                readonly request_count: number;
                /** @description Calls without a price, or whose provider has not said what it used; not in the cost */
                readonly unpriced_request_count: number;
                readonly usage: {
                    /** @description Without the cached ones */
                    readonly input_tokens: number;
                    readonly output_tokens: number;
                    readonly total_tokens: number;
                    /** @description Within the output */
                    readonly reasoning_tokens: number;
                    readonly cache_creation_tokens: number;
                    readonly cache_read_tokens: number;
                };
            }[] | null;
            readonly groups_truncated: boolean;
        };
        readonly SkillPage: {
            readonly items: readonly components["schemas"]["Skill"][];
            /** @description Skills that are left out, and why */
            readonly faults: readonly components["schemas"]["SkillFault"][];
            readonly next_cursor: null;
        };
        readonly Skill: {
            readonly name: string;
            readonly description: string;
            /**
             * @description Whose it is
             * @enum {string}
             */
            readonly source: "workspace" | "project" | "deployment";
            /** @description Its folder, relative to the place or to the deployment's skills */
            readonly path: string;
        };
        readonly SkillFault: {
            /** @enum {string} */
            readonly source: "workspace" | "project" | "deployment";
            readonly path: string;
            readonly message: string;
        };
        readonly ListedTools: {
            readonly items: readonly components["schemas"]["ListedTool"][];
            readonly next_cursor: null;
        };
        readonly ListedTool: {
            readonly name: string;
            /** @description For models; of the deployment's own tools its beginning */
            readonly description: string;
            /**
             * @description `own`: of a module below `EVERTURN_TOOLS_DIR`, as a worker has loaded it
             * @enum {string}
             */
            readonly source: "built_in" | "own";
            readonly read_only: boolean;
            /** @description A person is asked first, unless a policy says otherwise */
            readonly destructive: boolean;
        };
        readonly Health: {
            /** @constant */
            readonly status: "ok";
            readonly version: string;
        };
        readonly Readiness: {
            /** @enum {string} */
            readonly status: "ready" | "degraded" | "not_ready";
            readonly checks: {
                readonly postgres: {
                    readonly ok: boolean;
                    readonly detail?: string;
                };
                readonly migrations: {
                    readonly ok: boolean;
                    readonly detail?: string;
                };
                readonly temporal: {
                    readonly ok: boolean;
                    readonly detail?: string;
                };
                readonly secret_key: {
                    readonly ok: boolean;
                    readonly detail?: string;
                };
                readonly workers: {
                    readonly ok: boolean;
                    readonly detail?: string;
                };
                readonly own_tools: {
                    readonly ok: boolean;
                    readonly detail?: string;
                };
                readonly files: {
                    readonly ok: boolean;
                    readonly detail?: string;
                };
                readonly draining: {
                    readonly ok: boolean;
                    readonly detail?: string;
                };
            };
        };
        readonly WorkerBuilds: {
            readonly items: readonly components["schemas"]["WorkerBuild"][];
            readonly next_cursor: null;
            readonly links: {
                /** @description Temporal's Web UI */
                readonly temporal: string | null;
            };
        };
        readonly WorkerBuild: {
            /** @description Empty: workers without a build id */
            readonly build_id: string;
            /** @description First seen or promoted last: new turns should begin on it */
            readonly is_newest: boolean;
            /** @description Processes that run it and were seen lately */
            readonly living: number;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            readonly first_seen_at: string;
            readonly last_seen_at: string | null;
            /** @description Turns that were ended because its code failed */
            readonly failed_runs: number;
            readonly last_failed_at: string | null;
            readonly last_failure: string | null;
        };
        readonly DeploymentSettingsOutput: {
            /** @description Stands first in the system prompt of every chat */
            readonly system_prompt: string | null;
            /**
             * @description By tool, or pattern such as `github__*`: run at once, ask a person first, or refuse. A name comes before patterns, a longer pattern before a shorter one
             * @default {}
             */
            readonly approval_policy: {
                readonly [key: string]: "auto" | "ask" | "deny";
            };
        };
        readonly UserSettingsOutput: {
            /** @description Stands in the system prompt of the caller's chats, after the deployment's */
            readonly prompt: string | null;
            /**
             * @description Instructions for all of the caller's chats; read once by a chat, and again when it is refreshed
             * @default null
             */
            readonly home_instructions: string | null;
            /** @description Percent of the context limit by model config, over the config's own; 100 switches compaction off */
            readonly compaction_thresholds: {
                readonly [key: string]: number;
            };
            /**
             * @description By tool, or pattern such as `github__*`: run at once, ask a person first, or refuse. A name comes before patterns, a longer pattern before a shorter one
             * @default {}
             */
            readonly approval_policy: {
                readonly [key: string]: "auto" | "ask" | "deny";
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly getChatsWatch: {
        readonly parameters: {
            readonly query?: {
                /** @description A cursor; the header `Last-Event-ID` wins */
                readonly after?: string;
            };
        };
        readonly responses: {
            /** @description Events */
            readonly 200: {
                content: {
                    readonly "text/event-stream": components["schemas"]["Feed"];
                };
            };
        };
    };
    readonly getChats: {
        readonly parameters: {
            readonly query?: {
                /** @description Part of the title, in any case */
                readonly q?: string;
                /** @description `key:value`; several must all be there */
                readonly label?: readonly string[];
                readonly status?: "waiting" | "running" | "interrupting" | "requires_action" | "error";
                /** @description Made for this project, deleted or not */
                readonly project_id?: string;
                /** @description Used by the chat or by one of its descendants, deleted or not */
                readonly workspace_id?: string;
                readonly archived?: boolean;
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly after?: string;
            };
        };
        readonly responses: {
            /** @description A page of chats */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ChatPage"];
                };
            };
        };
    };
    readonly postChats: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "content": "Tell me a story"
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewChat"];
            };
        };
        readonly responses: {
            /** @description The chat; running if it has content */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly getChatsByChat: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly responses: {
            /** @description The chat */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly deleteChatsByChat: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly responses: {
            /** @description Deleted; a running turn is cancelled */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly patchChatsByChat: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "title": "A story",
                 *       "labels": {
                 *         "project": "stories"
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["ChatPatch"];
            };
        };
        readonly responses: {
            /** @description The chat */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly postChatsByChatInterrupt: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /** @example {} */
                readonly "application/json": {
                    /** @description The turn that is meant */
                    readonly turn_id?: number;
                };
            };
        };
        readonly responses: {
            /** @description The chat */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly postChatsByChatToolResults: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "results": [
                 *         {
                 *           "tool_call_id": "call_1",
                 *           "output": {
                 *             "color": "red"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["ToolResults"];
            };
        };
        readonly responses: {
            /** @description The chat; running unless other calls are still open */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly postChatsByChatApprovals: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "decisions": [
                 *         {
                 *           "tool_call_id": "call_1",
                 *           "approved": true
                 *         }
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["Approvals"];
            };
        };
        readonly responses: {
            /** @description The chat */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly postChatsByChatAnswers: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "answers": [
                 *         {
                 *           "tool_call_id": "call_1",
                 *           "question_id": "1.1.1",
                 *           "action": "accept",
                 *           "content": {
                 *             "city": "Kyoto"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["Answers"];
            };
        };
        readonly responses: {
            /** @description The chat */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly postChatsByChatTitle: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /** @example {} */
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description The chat */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly getChatsByChatMessages: {
        readonly parameters: {
            readonly query?: {
                /** @description Only messages before this one */
                readonly before_id?: number;
                /** @description Only messages after this one; alone: oldest first */
                readonly after_id?: number;
                readonly limit?: number;
            };
            readonly path: {
                readonly chat: string;
            };
        };
        readonly responses: {
            /** @description A page of messages, and the whole queue */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["MessagePage"];
                };
            };
        };
    };
    readonly postChatsByChatMessages: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "content": "Now a shorter one"
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewMessage"];
            };
        };
        readonly responses: {
            /** @description Accepted */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["SentMessage"];
                };
            };
        };
    };
    readonly getChatsByChatMessagesByMessage: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
                readonly message: number;
            };
        };
        readonly responses: {
            /** @description The message */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Message"];
                };
            };
        };
    };
    readonly patchChatsByChatMessagesByMessage: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
                readonly message: number;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "content": "Tell me a true story"
                 *     }
                 */
                readonly "application/json": components["schemas"]["MessageEdit"];
            };
        };
        readonly responses: {
            /** @description The new message, and which ones went */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["EditedMessage"];
                };
            };
        };
    };
    readonly getChatsByChatTurns: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly after?: string;
            };
            readonly path: {
                readonly chat: string;
            };
        };
        readonly responses: {
            /** @description A page of turns */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["TurnPage"];
                };
            };
        };
    };
    readonly getChatsByChatTurnsByTurn: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
                readonly turn: number;
            };
        };
        readonly responses: {
            /** @description The turn */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Turn"];
                };
            };
        };
    };
    readonly deleteChatsByChatQueueByQueuedMessage: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
                readonly queued_message: number;
            };
        };
        readonly responses: {
            /** @description Deleted */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly patchChatsByChatQueueByQueuedMessage: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
                readonly queued_message: number;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "content": "And a sad one"
                 *     }
                 */
                readonly "application/json": components["schemas"]["QueuedMessagePatch"];
            };
        };
        readonly responses: {
            /** @description The queued message */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["QueuedMessage"];
                };
            };
        };
    };
    readonly postChatsByChatQueueByQueuedMessagePromote: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
                readonly queued_message: number;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /** @example {} */
                readonly "application/json": components["schemas"]["Promotion"];
            };
        };
        readonly responses: {
            /** @description Promoted */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Promoted"];
                };
            };
        };
    };
    readonly getChatsByChatDebugRuns: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly responses: {
            /** @description The runs, newest first */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["DebugRunPage"];
                };
            };
        };
    };
    readonly getChatsByChatDebugRunsByRun: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
                readonly run: string;
            };
        };
        readonly responses: {
            /** @description The run */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["DebugRunWithSteps"];
                };
            };
        };
    };
    readonly postChatsByChatCompact: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /** @example {} */
                readonly "application/json": {
                    /** @description `history_version` of the chat as you saw it: with another one nothing is changed (409 `history_changed`) */
                    readonly expected_history_version?: number;
                };
            };
        };
        readonly responses: {
            /** @description The chat */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly postChatsByChatClear: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /** @example {} */
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description The chat */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly postChatsByChatRefreshContext: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /** @example {} */
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description The chat */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly postChatsByChatRegenerate: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /** @example {} */
                readonly "application/json": {
                    /** @description `history_version` of the chat as you saw it: with another one nothing is changed (409 `history_changed`) */
                    readonly expected_history_version?: number;
                };
            };
        };
        readonly responses: {
            /** @description The chat, running */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly postChatsByChatFork: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /** @example {} */
                readonly "application/json": components["schemas"]["NewFork"];
            };
        };
        readonly responses: {
            /** @description The new chat, waiting */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["Chat"];
                };
            };
        };
    };
    readonly getSearch: {
        readonly parameters: {
            readonly query: {
                /** @description Words that must all be there; the last may be the beginning of one */
                readonly q: string;
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly after?: string;
            };
        };
        readonly responses: {
            /** @description A page of what was found */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["FoundPage"];
                };
            };
        };
    };
    readonly getChatsByChatStream: {
        readonly parameters: {
            readonly query?: {
                /** @description A cursor; the header `Last-Event-ID` wins */
                readonly after?: string;
                /** @description Newest messages in the first snapshot, 50 unless given */
                readonly messages?: number;
                /** @description `false` leaves the read state as it is */
                readonly read?: "true" | "false";
                /** @description Of `POST …/stream-token`, in place of a key: for `EventSource`, which sends no headers */
                readonly token?: string;
            };
            readonly path: {
                readonly chat: string;
            };
        };
        readonly responses: {
            /** @description Events */
            readonly 200: {
                content: {
                    readonly "text/event-stream": components["schemas"]["ChatStream"];
                };
            };
        };
    };
    readonly postChatsByChatStreamToken: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly responses: {
            /** @description The token */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["StreamToken"];
                };
            };
        };
    };
    readonly getChatsByChatShares: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly responses: {
            /** @description All shares */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["SharePage"];
                };
            };
        };
    };
    readonly postChatsByChatShares: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "link": true
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewShare"];
            };
        };
        readonly responses: {
            /** @description The share; a link's token is shown here alone */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["MadeShare"];
                };
            };
        };
    };
    readonly deleteChatsByChatSharesByShare: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
                readonly share: string;
            };
        };
        readonly responses: {
            /** @description Nobody reads the chat by it any more */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly getSharedByToken: {
        readonly parameters: {
            readonly query?: {
                /** @description Only messages before this one */
                readonly before_id?: number;
                /** @description Only messages after this one; alone: oldest first */
                readonly after_id?: number;
                readonly limit?: number;
            };
            readonly path: {
                readonly token: string;
            };
        };
        readonly responses: {
            /** @description The chat, and a page of its messages */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["SharedChat"];
                };
            };
        };
    };
    readonly getSharedByTokenStream: {
        readonly parameters: {
            readonly query?: {
                /** @description A cursor; the header `Last-Event-ID` wins */
                readonly after?: string;
                /** @description Newest messages in the first snapshot, 50 unless given */
                readonly messages?: number;
            };
            readonly path: {
                readonly token: string;
            };
        };
        readonly responses: {
            /** @description Events */
            readonly 200: {
                content: {
                    readonly "text/event-stream": components["schemas"]["ChatStream"];
                };
            };
        };
    };
    readonly getSharedByTokenFilesByFile: {
        readonly parameters: {
            readonly path: {
                readonly token: string;
                readonly file: string;
            };
        };
        readonly responses: {
            /** @description Its bytes, under its own type */
            readonly 200: {
                content: {
                    readonly "application/octet-stream": string;
                };
            };
        };
    };
    readonly getSession: {
        readonly responses: {
            /** @description The browser's state, and what this server offers */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["SignInState"];
                };
            };
        };
    };
    readonly postSession: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "api_key": "evt_…"
                 *     }
                 */
                readonly "application/json": {
                    readonly api_key: string;
                };
            };
        };
        readonly responses: {
            /** @description The session; its cookie is set */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["Session"];
                };
            };
        };
    };
    readonly deleteSession: {
        readonly responses: {
            /** @description Signed out */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly getSessions: {
        readonly parameters: {
            readonly query?: {
                readonly user_id?: string;
            };
        };
        readonly responses: {
            /** @description All sessions that have not ended */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["SessionPage"];
                };
            };
        };
    };
    readonly deleteSessionsBySession: {
        readonly parameters: {
            readonly path: {
                readonly session: string;
            };
        };
        readonly responses: {
            /** @description Ended */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly getSessionOidc: {
        readonly responses: {
            /** @description To the issuer */
            readonly 302: {
                content?: never;
            };
        };
    };
    readonly getSessionOidcCallback: {
        readonly responses: {
            /** @description Signed in: a page that goes on to `return_to` */
            readonly 200: {
                content: {
                    readonly "text/html": string;
                };
            };
        };
    };
    readonly postAiSdkChat: {
        readonly parameters: {
            readonly query?: {
                /** @description Major version of the client's `ai` package: which chunks it understands */
                readonly sdk?: "5" | "6" | "7";
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "id": "my-chat",
                 *       "messages": [
                 *         {
                 *           "id": "message-1",
                 *           "role": "user",
                 *           "parts": [
                 *             {
                 *               "type": "text",
                 *               "text": "Tell me a story"
                 *             }
                 *           ]
                 *         }
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["UiChatPost"];
            };
        };
        readonly responses: {
            /** @description The turn as a UI message stream (`x-vercel-ai-ui-message-stream: v1`) */
            readonly 200: {
                content: {
                    readonly "text/event-stream": string;
                };
            };
        };
    };
    readonly getAiSdkChatByIdStream: {
        readonly parameters: {
            readonly query?: {
                /** @description Major version of the client's `ai` package: which chunks it understands */
                readonly sdk?: "5" | "6" | "7";
            };
            readonly path: {
                /** @description The client's own id of the chat */
                readonly id: string;
            };
        };
        readonly responses: {
            /** @description The turn as a UI message stream (`x-vercel-ai-ui-message-stream: v1`) */
            readonly 200: {
                content: {
                    readonly "text/event-stream": string;
                };
            };
            /** @description No turn runs, or there is no such chat yet */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly getAiSdkChatByIdMessages: {
        readonly parameters: {
            readonly query?: {
                /** @description Major version of the client's `ai` package: which chunks it understands */
                readonly sdk?: "5" | "6" | "7";
            };
            readonly path: {
                /** @description The client's own id of the chat */
                readonly id: string;
            };
        };
        readonly responses: {
            /** @description UI messages, oldest first */
            readonly 200: {
                content: {
                    readonly "application/json": readonly components["schemas"]["StoredUiMessage"][];
                };
            };
        };
    };
    readonly postAiSdkChatByIdStop: {
        readonly parameters: {
            readonly query?: {
                /** @description Major version of the client's `ai` package: which chunks it understands */
                readonly sdk?: "5" | "6" | "7";
            };
            readonly path: {
                /** @description The client's own id of the chat */
                readonly id: string;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /** @example {} */
                readonly "application/json": {
                    readonly turn_id?: number;
                } & {
                    readonly [key: string]: JsonValue | undefined;
                };
            };
        };
        readonly responses: {
            /** @description Interrupted, or nothing ran */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly getFiles: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly after?: string;
            };
        };
        readonly responses: {
            /** @description A page of files */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["FilePage"];
                };
            };
        };
    };
    readonly postFiles: {
        readonly parameters: {
            readonly query?: {
                /** @description What the file is called; absent: `file` with the extension of its type */
                readonly name?: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                readonly "image/png": string;
                readonly "image/jpeg": string;
                readonly "image/gif": string;
                readonly "image/webp": string;
                readonly "application/pdf": string;
                /** @example Hello */
                readonly "text/plain": string;
                readonly "text/csv": string;
                readonly "text/markdown": string;
                /** @example {} */
                readonly "application/json": string;
            };
        };
        readonly responses: {
            /** @description The file */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["File"];
                };
            };
        };
    };
    readonly getFilesByFile: {
        readonly parameters: {
            readonly path: {
                readonly file: string;
            };
        };
        readonly responses: {
            /** @description Its bytes, under its own type */
            readonly 200: {
                content: {
                    readonly "application/octet-stream": string;
                };
            };
        };
    };
    readonly deleteFilesByFile: {
        readonly parameters: {
            readonly path: {
                readonly file: string;
            };
        };
        readonly responses: {
            /** @description Deleted */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly getWorkspaces: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly after?: string;
            };
        };
        readonly responses: {
            /** @description A page of workspaces */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["WorkspacePage"];
                };
            };
        };
    };
    readonly postWorkspaces: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "template": "node",
                 *       "name": "try",
                 *       "parameters": {
                 *         "package_name": "try"
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewWorkspace"];
            };
        };
        readonly responses: {
            /** @description The workspace, building */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["Workspace"];
                };
            };
        };
    };
    readonly getWorkspacesByWorkspace: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
            };
        };
        readonly responses: {
            /** @description The workspace */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Workspace"];
                };
            };
        };
    };
    readonly deleteWorkspacesByWorkspace: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
            };
        };
        readonly responses: {
            /** @description It is being deleted */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly postWorkspacesByWorkspaceStart: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /** @example {} */
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description The workspace */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Workspace"];
                };
            };
        };
    };
    readonly postWorkspacesByWorkspaceStop: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /** @example {} */
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description The workspace */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Workspace"];
                };
            };
        };
    };
    readonly getWorkspacesByWorkspaceFiles: {
        readonly parameters: {
            readonly query?: {
                readonly path?: string;
            };
            readonly path: {
                readonly workspace: string;
            };
        };
        readonly responses: {
            /** @description The folder, or the file's bytes */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["WorkspaceFolder"];
                    readonly "application/octet-stream": string;
                };
            };
        };
    };
    readonly putWorkspacesByWorkspaceFiles: {
        readonly parameters: {
            readonly query: {
                /** @description Relative to the workspace's folder. Nothing outside is ever read or written */
                readonly path: string;
            };
            readonly path: {
                readonly workspace: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/octet-stream": string;
                readonly "image/png": string;
                readonly "image/jpeg": string;
                readonly "image/gif": string;
                readonly "image/webp": string;
                readonly "application/pdf": string;
                /** @example Hello */
                readonly "text/plain": string;
                readonly "text/csv": string;
                readonly "text/markdown": string;
                /** @example {} */
                readonly "application/json": string;
            };
        };
        readonly responses: {
            /** @description It is written */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["WrittenFile"];
                };
            };
        };
    };
    readonly postWorkspacesByWorkspaceFiles: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "file_id": "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a",
                 *       "path": "data/table.csv"
                 *     }
                 */
                readonly "application/json": {
                    /**
                     * Format: uuid
                     * @description One of your files
                     * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                     */
                    readonly file_id: string;
                    /** @description Absent: the file's name, in the workspace's folder */
                    readonly path?: string;
                };
            };
        };
        readonly responses: {
            /** @description It is written */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["WrittenFile"];
                };
            };
        };
    };
    readonly postWorkspacesByWorkspaceFilesAttach: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "path": "out/chart.png"
                 *     }
                 */
                readonly "application/json": {
                    /** @description Relative to the workspace's folder. Nothing outside is ever read or written */
                    readonly path: string;
                    /** @description What the file is called; absent: the last part of the path */
                    readonly name?: string;
                };
            };
        };
        readonly responses: {
            /** @description The file */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["File"];
                };
            };
        };
    };
    readonly getWorkspacesByWorkspaceChanges: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
            };
        };
        readonly responses: {
            /** @description The changes */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["WorkspaceChanges"];
                };
            };
        };
    };
    readonly getWorkspacesByWorkspaceBuildsByBuildLogs: {
        readonly parameters: {
            readonly query?: {
                /** @description Number of the last line that is known; the header `Last-Event-ID` wins */
                readonly after?: number;
            };
            readonly path: {
                readonly workspace: string;
                readonly build: string;
            };
        };
        readonly responses: {
            /** @description Events */
            readonly 200: {
                content: {
                    readonly "text/event-stream": components["schemas"]["BuildLog"];
                };
            };
        };
    };
    readonly getWorkspacesByWorkspaceTerminals: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
            };
        };
        readonly responses: {
            /** @description All of them */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["TerminalList"];
                };
            };
        };
    };
    readonly postWorkspacesByWorkspaceTerminals: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "cols": 80,
                 *       "rows": 24
                 *     }
                 */
                readonly "application/json": components["schemas"]["TerminalSize"];
            };
        };
        readonly responses: {
            /** @description The terminal, opening */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["Terminal"];
                };
            };
        };
    };
    readonly getWorkspacesByWorkspaceTerminalsByTerminalOutput: {
        readonly parameters: {
            readonly query?: {
                /** @description `to` of the last output that is known; the header `Last-Event-ID` wins */
                readonly after?: number;
            };
            readonly path: {
                readonly workspace: string;
                readonly terminal: string;
            };
        };
        readonly responses: {
            /** @description Events */
            readonly 200: {
                content: {
                    readonly "text/event-stream": components["schemas"]["TerminalOutput"];
                };
            };
        };
    };
    readonly postWorkspacesByWorkspaceTerminalsByTerminalInput: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
                readonly terminal: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "text": "ls\r"
                 *     }
                 */
                readonly "application/json": components["schemas"]["TerminalInput"];
            };
        };
        readonly responses: {
            /** @description It is on its way */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly postWorkspacesByWorkspaceTerminalsByTerminalResize: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
                readonly terminal: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "cols": 120,
                 *       "rows": 40
                 *     }
                 */
                readonly "application/json": components["schemas"]["TerminalSize"];
            };
        };
        readonly responses: {
            /** @description The terminal */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Terminal"];
                };
            };
        };
    };
    readonly deleteWorkspacesByWorkspaceTerminalsByTerminal: {
        readonly parameters: {
            readonly path: {
                readonly workspace: string;
                readonly terminal: string;
            };
        };
        readonly responses: {
            /** @description It is being closed */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly getTemplates: {
        readonly responses: {
            /** @description All templates that can be used */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["TemplatePage"];
                };
            };
        };
    };
    readonly getTemplatesByTemplate: {
        readonly parameters: {
            readonly path: {
                readonly template: string;
            };
        };
        readonly responses: {
            /** @description The template */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ShownTemplate"];
                };
            };
        };
    };
    readonly getProjects: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly after?: string;
            };
        };
        readonly responses: {
            /** @description A page of projects */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ProjectPage"];
                };
            };
        };
    };
    readonly postProjects: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "The shop",
                 *       "path": "/srv/projects/shop"
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewProject"];
            };
        };
        readonly responses: {
            /** @description The project */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["Project"];
                };
            };
        };
    };
    readonly getProjectsByProject: {
        readonly parameters: {
            readonly path: {
                readonly project: string;
            };
        };
        readonly responses: {
            /** @description The project */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Project"];
                };
            };
        };
    };
    readonly deleteProjectsByProject: {
        readonly parameters: {
            readonly path: {
                readonly project: string;
            };
        };
        readonly responses: {
            /** @description It is gone */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly patchProjectsByProject: {
        readonly parameters: {
            readonly path: {
                readonly project: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "The old shop"
                 *     }
                 */
                readonly "application/json": components["schemas"]["ProjectChange"];
            };
        };
        readonly responses: {
            /** @description The project */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Project"];
                };
            };
        };
    };
    readonly getModelProviders: {
        readonly responses: {
            /** @description All model providers */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ModelProviderPage"];
                };
            };
        };
    };
    readonly postModelProviders: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "Second key",
                 *       "kind": "openai",
                 *       "api_key": "sk-your-key"
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewModelProvider"];
            };
        };
        readonly responses: {
            /** @description The model provider */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["ModelProvider"];
                };
            };
        };
    };
    readonly getModelProvidersByModelProvider: {
        readonly parameters: {
            readonly path: {
                readonly model_provider: string;
            };
        };
        readonly responses: {
            /** @description The model provider */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ModelProvider"];
                };
            };
        };
    };
    readonly deleteModelProvidersByModelProvider: {
        readonly parameters: {
            readonly query?: {
                readonly force?: "true" | "false";
            };
            readonly path: {
                readonly model_provider: string;
            };
        };
        readonly responses: {
            /** @description It is gone */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly patchModelProvidersByModelProvider: {
        readonly parameters: {
            readonly path: {
                readonly model_provider: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "api_key": "sk-another-key"
                 *     }
                 */
                readonly "application/json": components["schemas"]["ModelProviderChange"];
            };
        };
        readonly responses: {
            /** @description The model provider */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ModelProvider"];
                };
            };
        };
    };
    readonly postModelProvidersByModelProviderTest: {
        readonly parameters: {
            readonly path: {
                readonly model_provider: string;
            };
        };
        readonly requestBody?: {
            readonly content: {
                /**
                 * @example {
                 *       "model": "gpt-5"
                 *     }
                 */
                readonly "application/json": components["schemas"]["ModelProviderTestRequest"];
            };
        };
        readonly responses: {
            /** @description What came of the call */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ModelProviderTest"];
                };
            };
        };
    };
    readonly getModelProvidersByModelProviderQuirks: {
        readonly parameters: {
            readonly path: {
                readonly model_provider: string;
            };
        };
        readonly responses: {
            /** @description All quirks, by model */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ModelQuirkPage"];
                };
            };
        };
    };
    readonly deleteModelProvidersByModelProviderQuirks: {
        readonly parameters: {
            readonly query?: {
                readonly model?: string;
                readonly quirk?: string;
            };
            readonly path: {
                readonly model_provider: string;
            };
        };
        readonly responses: {
            /** @description It is forgotten */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly getModelConfigs: {
        readonly responses: {
            /** @description All model configs */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ModelConfigPage"];
                };
            };
        };
    };
    readonly postModelConfigs: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "GPT-5, small answers",
                 *       "provider_id": "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a",
                 *       "model": "gpt-5",
                 *       "max_output_tokens": 4096
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewModelConfig"];
            };
        };
        readonly responses: {
            /** @description The model config */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["ModelConfig"];
                };
            };
        };
    };
    readonly getModelConfigsByModelConfig: {
        readonly parameters: {
            readonly path: {
                readonly model_config: string;
            };
        };
        readonly responses: {
            /** @description The model config */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ModelConfig"];
                };
            };
        };
    };
    readonly deleteModelConfigsByModelConfig: {
        readonly parameters: {
            readonly path: {
                readonly model_config: string;
            };
        };
        readonly responses: {
            /** @description It is gone */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly patchModelConfigsByModelConfig: {
        readonly parameters: {
            readonly path: {
                readonly model_config: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "max_output_tokens": 8192
                 *     }
                 */
                readonly "application/json": components["schemas"]["ModelConfigChange"];
            };
        };
        readonly responses: {
            /** @description The model config */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ModelConfig"];
                };
            };
        };
    };
    readonly getMcpServers: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly after?: string;
            };
        };
        readonly responses: {
            /** @description A page of MCP servers */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["McpServerPage"];
                };
            };
        };
    };
    readonly postMcpServers: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "slug": "wiki",
                 *       "name": "The wiki",
                 *       "transport": {
                 *         "type": "http",
                 *         "url": "https://mcp.example.com/mcp"
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewMcpServer"];
            };
        };
        readonly responses: {
            /** @description The MCP server */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    readonly postMcpServersByMcpServerConnect: {
        readonly parameters: {
            readonly path: {
                readonly mcp_server: string;
            };
        };
        readonly responses: {
            /** @description Where to sign in */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["McpSignIn"];
                };
            };
        };
    };
    readonly getMcpServersCallback: {
        readonly parameters: {
            readonly query?: {
                readonly state?: string;
                readonly code?: string;
                readonly iss?: string;
            };
        };
        readonly responses: {
            /** @description Signed in: a page that says so */
            readonly 200: {
                content: {
                    readonly "text/html": string;
                };
            };
        };
    };
    readonly getMcpServersByMcpServer: {
        readonly parameters: {
            readonly path: {
                readonly mcp_server: string;
            };
        };
        readonly responses: {
            /** @description The MCP server */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    readonly deleteMcpServersByMcpServer: {
        readonly parameters: {
            readonly path: {
                readonly mcp_server: string;
            };
        };
        readonly responses: {
            /** @description It is gone */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly patchMcpServersByMcpServer: {
        readonly parameters: {
            readonly path: {
                readonly mcp_server: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "deny": [
                 *         "delete_page"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["McpServerChange"];
            };
        };
        readonly responses: {
            /** @description The MCP server */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    readonly postMcpServersByMcpServerTest: {
        readonly parameters: {
            readonly path: {
                readonly mcp_server: string;
            };
        };
        readonly responses: {
            /** @description What came of it */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["McpServerTest"];
                };
            };
        };
    };
    readonly getChatsByChatMcpServers: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly responses: {
            /** @description Its MCP servers */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ChatMcpServers"];
                };
            };
        };
    };
    readonly getProfiles: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly after?: string;
            };
        };
        readonly responses: {
            /** @description A page of profiles */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ProfilePage"];
                };
            };
        };
    };
    readonly postProfiles: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "Reviewer",
                 *       "system_prompt": "You review changes. You never change files.",
                 *       "tools": [
                 *         "read_file",
                 *         "list_dir",
                 *         "grep",
                 *         "find_files"
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewProfile"];
            };
        };
        readonly responses: {
            /** @description The profile */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["Profile"];
                };
            };
        };
    };
    readonly getProfilesByProfile: {
        readonly parameters: {
            readonly path: {
                readonly profile: string;
            };
        };
        readonly responses: {
            /** @description The profile */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Profile"];
                };
            };
        };
    };
    readonly deleteProfilesByProfile: {
        readonly parameters: {
            readonly path: {
                readonly profile: string;
            };
        };
        readonly responses: {
            /** @description It is gone */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly patchProfilesByProfile: {
        readonly parameters: {
            readonly path: {
                readonly profile: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "approval_policy": {
                 *         "execute": "ask"
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["ProfileChange"];
            };
        };
        readonly responses: {
            /** @description The profile */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Profile"];
                };
            };
        };
    };
    readonly getMe: {
        readonly responses: {
            /** @description The user behind the key */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    readonly getUsers: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly after?: string;
            };
        };
        readonly responses: {
            /** @description A page of users */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["UserPage"];
                };
            };
        };
    };
    readonly postUsers: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "Ada",
                 *       "email": "ada@example.com"
                 *     }
                 */
                readonly "application/json": {
                    readonly name: string;
                    readonly email?: string | null;
                    /**
                     * @description `member`: own chats; `admin`: also the deployment
                     * @default member
                     * @enum {string}
                     */
                    readonly role?: "admin" | "member";
                };
            };
        };
        readonly responses: {
            /** @description The user */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    readonly getUsersByUser: {
        readonly parameters: {
            readonly path: {
                readonly user: string;
            };
        };
        readonly responses: {
            /** @description The user */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    readonly deleteUsersByUser: {
        readonly parameters: {
            readonly query: {
                /** @description What becomes of chats and workspaces */
                readonly chats: "delete" | "transfer";
                /** @description With `transfer`: who gets them */
                readonly to?: string;
            };
            readonly path: {
                readonly user: string;
            };
        };
        readonly responses: {
            /** @description The user is gone */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly patchUsersByUser: {
        readonly parameters: {
            readonly path: {
                readonly user: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "Ada Lovelace"
                 *     }
                 */
                readonly "application/json": {
                    readonly name?: string;
                    readonly email?: string | null;
                    /**
                     * @description `member`: own chats; `admin`: also the deployment
                     * @enum {string}
                     */
                    readonly role?: "admin" | "member";
                    /** @description A suspended user's keys and sessions do not work; turns that run end */
                    readonly suspended?: boolean;
                };
            };
        };
        readonly responses: {
            /** @description The user */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    readonly getApiKeys: {
        readonly parameters: {
            readonly query?: {
                /** @description For admins: whose keys; else your own */
                readonly user_id?: string;
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly after?: string;
            };
        };
        readonly responses: {
            /** @description A page of keys, without the keys themselves */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ApiKeyPage"];
                };
            };
        };
    };
    readonly postApiKeys: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "name": "laptop",
                 *       "scope": "chats"
                 *     }
                 */
                readonly "application/json": {
                    readonly name: string;
                    /**
                     * @description `full`: what the user may; `chats`: only chats; `read`: only what changes nothing
                     * @default full
                     * @enum {string}
                     */
                    readonly scope?: "full" | "chats" | "read";
                    readonly expires_at?: string | null;
                    /**
                     * Format: uuid
                     * @description For admins: whose key it is; else your own
                     * @example 0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a
                     */
                    readonly user_id?: string;
                };
            };
        };
        readonly responses: {
            /** @description The key */
            readonly 201: {
                content: {
                    readonly "application/json": components["schemas"]["IssuedApiKey"];
                };
            };
        };
    };
    readonly deleteApiKeysByApiKey: {
        readonly parameters: {
            readonly path: {
                readonly api_key: string;
            };
        };
        readonly responses: {
            /** @description It is revoked */
            readonly 204: {
                content?: never;
            };
        };
    };
    readonly getAuditLog: {
        readonly parameters: {
            readonly query?: {
                /** @description Id of the user who acted */
                readonly actor?: string;
                readonly action?: string;
                /** @description Id of what was changed */
                readonly target?: string;
                readonly limit?: number;
                /** @description `next_cursor` of the page before */
                readonly after?: string;
            };
        };
        readonly responses: {
            /** @description A page of acts */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["AuditPage"];
                };
            };
        };
    };
    readonly getChatsByChatCost: {
        readonly parameters: {
            readonly path: {
                readonly chat: string;
            };
        };
        readonly responses: {
            /** @description The cost of all model calls */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ChatCost"];
                };
            };
        };
    };
    readonly getUsage: {
        readonly parameters: {
            readonly query?: {
                /** @description Date or time; absent: the beginning of the present month, UTC */
                readonly from?: string;
                /** @description Date or time, not included itself; absent: now */
                readonly to?: string;
                readonly group_by?: "user" | "model" | "chat" | "day";
            };
        };
        readonly responses: {
            /** @description In all, and by group when asked for */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["UsageReport"];
                };
            };
        };
    };
    readonly getUsersByUserLimit: {
        readonly parameters: {
            readonly path: {
                readonly user: string;
            };
        };
        readonly responses: {
            /** @description The limit, and where the user stands */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["UsageLimit"];
                };
            };
        };
    };
    readonly putUsersByUserLimit: {
        readonly parameters: {
            readonly path: {
                readonly user: string;
            };
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "limit_micros": 5000000,
                 *       "period": "month"
                 *     }
                 */
                readonly "application/json": components["schemas"]["NewUsageLimit"];
            };
        };
        readonly responses: {
            /** @description The limit, and where the user stands */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["UsageLimit"];
                };
            };
        };
    };
    readonly getSkills: {
        readonly parameters: {
            readonly query?: {
                readonly chat_id?: string;
            };
        };
        readonly responses: {
            /** @description All skills */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["SkillPage"];
                };
            };
        };
    };
    readonly getTools: {
        readonly responses: {
            /** @description All tools */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["ListedTools"];
                };
            };
        };
    };
    readonly getSettings: {
        readonly responses: {
            /** @description The settings */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["DeploymentSettingsOutput"];
                };
            };
        };
    };
    readonly putSettings: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "system_prompt": "Answer in short sentences."
                 *     }
                 */
                readonly "application/json": components["schemas"]["DeploymentSettings"];
            };
        };
        readonly responses: {
            /** @description The settings */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["DeploymentSettingsOutput"];
                };
            };
        };
    };
    readonly getMeSettings: {
        readonly responses: {
            /** @description The settings */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["UserSettingsOutput"];
                };
            };
        };
    };
    readonly putMeSettings: {
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "prompt": "Call me Sam.",
                 *       "compaction_thresholds": {}
                 *     }
                 */
                readonly "application/json": components["schemas"]["UserSettings"];
            };
        };
        readonly responses: {
            /** @description The settings */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["UserSettingsOutput"];
                };
            };
        };
    };
    readonly getHealthz: {
        readonly responses: {
            /** @description It does */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    readonly getReadyz: {
        readonly responses: {
            /** @description Ready, or degraded */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    readonly getMetrics: {
        readonly responses: {
            /** @description Metrics */
            readonly 200: {
                content: {
                    readonly "text/plain": string;
                };
            };
        };
    };
    readonly getWorkers: {
        readonly responses: {
            /** @description All builds that were seen in the last 30 days */
            readonly 200: {
                content: {
                    readonly "application/json": components["schemas"]["WorkerBuilds"];
                };
            };
        };
    };
    readonly getOpenapiJson: {
        readonly responses: {
            /** @description OpenAPI 3.1 */
            readonly 200: {
                content: {
                    readonly "application/json": string;
                };
            };
        };
    };
    readonly getDocs: {
        readonly responses: {
            /** @description The page */
            readonly 200: {
                content: {
                    readonly "text/html": string;
                };
            };
        };
    };
    readonly getHome: {
        readonly responses: {
            /** @description A page */
            readonly 200: {
                content: {
                    readonly "text/html": string;
                };
            };
        };
    };
}
