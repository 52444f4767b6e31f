// The events that tell readers how a chat has changed, in the order of SPEC T2. Pure.
import { frameBytesMax } from "../../../../core/chat/limits.ts";
import type { Chat } from "../../../../core/chat/message.ts";
import type { StreamEvent } from "../../../../core/stream/stream-event.ts";
import type { CommittedMessage } from "../../../../store/stream/read-chat-snapshot.ts";
import { currentEpisode, type HubState } from "./hub-state.ts";

/** What was committed between two states. */
export interface Committed {
  readonly messages: readonly CommittedMessage[];
  /** Episodes that are over, whether or not a shown message took their place. */
  readonly closes: readonly string[];
}

/** From one known state to a newer one of the same history. */
export function diffSnapshots(before: HubState, after: HubState, committed: Committed): StreamEvent[] {
  const events = messageEvents(after, committed);
  if (!same(before.queued_messages, after.queued_messages)) events.push(queueEvent(after));
  const restated = statusChanged(before.chat, after.chat);
  if (restated) events.push(statusEvent(after));
  // A status clears what does not belong to it, so what still applies is told again after it.
  events.push(
    ...errorEvents(after).filter(() => restated || !same(before.chat.last_error, after.chat.last_error)),
    ...actionEvents(after).filter(
      () => restated || !same(before.chat.required_action, after.chat.required_action),
    ),
    ...retryEvents(after).filter(() => restated || !same(before.retry, after.retry)),
  );
  const episode = currentEpisode(after);
  if (episode !== null && episode !== currentEpisode(before)) events.push(resetEvent(after, episode));
  if (!same(toldByChat(before.chat), toldByChat(after.chat))) events.push(chatEvent(after));
  return events;
}

/** The state as a snapshot tells it, after the chat itself and its messages. */
export function stateEvents(state: HubState): StreamEvent[] {
  return [
    queueEvent(state),
    statusEvent(state),
    ...errorEvents(state),
    ...retryEvents(state),
    ...actionEvents(state),
  ];
}

export function chatEvent(state: HubState): StreamEvent {
  return { type: "chat", data: { chat_id: state.chat.id, chat: state.chat } };
}

export function resetEvent(state: HubState, episode: string): StreamEvent {
  return { type: "preview_reset", data: { chat_id: state.chat.id, episode } };
}

/** Messages in frames of limited size. An episode is closed by the frame with the message that replaces it. */
export function messageEvents(state: HubState, committed: Committed): StreamEvent[] {
  const frames = packMessages(committed.messages);
  const closedByFrames = new Set(frames.flat().flatMap((item) => item.closes));
  const rest = committed.closes.filter((episode) => !closedByFrames.has(episode));
  if (frames.length === 0 && rest.length > 0) frames.push([]);
  return frames.map((frame, i) => {
    const closes = new Set([...frame.flatMap((item) => item.closes), ...(i === 0 ? rest : [])]);
    const { id: chat_id, history_version } = state.chat;
    const messages = frame.map((item) => item.message);
    return { type: "messages", data: { chat_id, messages, history_version, closes: [...closes] } };
  });
}

/** A message larger than a frame gets a frame of its own. */
function packMessages(messages: readonly CommittedMessage[]): CommittedMessage[][] {
  const frames: CommittedMessage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of messages) {
    const size = Buffer.byteLength(JSON.stringify(item.message));
    if (bytes + size > frameBytesMax - FRAME_MARGIN_BYTES) {
      frames.push([]);
      bytes = 0;
    }
    frames.at(-1)?.push(item);
    bytes += size + 1;
  }
  return frames;
}

/** Room for the frame's other fields: id, chat, version, and the names of closed episodes. */
const FRAME_MARGIN_BYTES = 16 * 1024;

function statusChanged(before: Chat, after: Chat): boolean {
  return (
    before.status !== after.status ||
    before.current_turn_id !== after.current_turn_id ||
    before.history_version !== after.history_version
  );
}

function queueEvent({ chat, queued_messages }: HubState): StreamEvent {
  return { type: "queue_update", data: { chat_id: chat.id, queued_messages } };
}

function statusEvent({ chat }: HubState): StreamEvent {
  const { id: chat_id, status, current_turn_id: turn_id, history_version } = chat;
  return { type: "status", data: { chat_id, status, turn_id, history_version } };
}

function errorEvents({ chat }: HubState): StreamEvent[] {
  if (chat.status !== "error" || chat.last_error === null) return [];
  return [{ type: "error", data: { chat_id: chat.id, error: chat.last_error } }];
}

function actionEvents({ chat }: HubState): StreamEvent[] {
  if (chat.status !== "requires_action" || chat.required_action === null) return [];
  return [{ type: "action_required", data: { chat_id: chat.id, ...chat.required_action } }];
}

function retryEvents({ chat, retry }: HubState): StreamEvent[] {
  return retry === null ? [] : [{ type: "retry", data: { chat_id: chat.id, ...retry } }];
}

/** The fields of a chat that no other event tells. */
function toldByChat(chat: Chat): Partial<Chat> {
  const { status: _s, last_error: _e, required_action: _a, queue_length: _q, ...rest } = chat;
  const { current_turn_id: _t, snapshot_version: _v, history_version: _h, retry: _r, ...told } = rest;
  // Its own questions are told by `action_required`, and taken back by a status.
  const attention = chat.attention.filter(({ chat_id }) => chat_id !== chat.id);
  return { ...told, attention, updated_at: "", has_unread: false };
}

/** The same code makes both values, so their keys are in the same order. */
function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
