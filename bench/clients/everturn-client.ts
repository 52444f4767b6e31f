// A light client of Everturn: it posts, and waits for frames.
import { type Script, scriptMessage } from "./demo-client.ts";
import { callJson, openSse } from "./http.ts";

const FRAME_WAIT_MAX_MS = 60_000;

export interface EverturnAddress {
  readonly url: string;
  readonly key: string;
}

/** One chat with an open reader. */
export interface WatchedChat {
  readonly id: string;
  /** Resolves with the time of the next frame that `matches`. Rejects if none comes within a minute. */
  next(matches: (frame: string) => boolean): Promise<number>;
  close(): void;
}

interface Waiting {
  readonly matches: (frame: string) => boolean;
  readonly found: (at: number) => void;
}

export function post<T>({ url, key }: EverturnAddress, path: string, body: unknown = {}): Promise<T> {
  return callJson<T>({ url: url + path, method: "POST", headers: { authorization: `Bearer ${key}` }, body });
}

export function get<T>({ url, key }: EverturnAddress, path: string): Promise<T> {
  return callJson<T>({ url: url + path, headers: { authorization: `Bearer ${key}` } });
}

/** Turns the recording of a chat's model calls on or off. */
export function setDebug({ url, key }: EverturnAddress, chatId: string, debug: boolean): Promise<unknown> {
  const headers = { authorization: `Bearer ${key}` };
  return callJson({ url: `${url}/v1/chats/${chatId}`, method: "PATCH", headers, body: { debug } });
}

/** Creates a chat whose first answer is the scripted one, and returns its id. Without `model` the default model answers. */
export async function createChat(address: EverturnAddress, script: Script, model?: string): Promise<string> {
  const chat = { content: scriptMessage(script), ...(model !== undefined && { model_config_id: model }) };
  const { id } = await post<{ id: string }>(address, "/v1/chats", chat);
  return id;
}

export function sendMessage(address: EverturnAddress, chatId: string, script: Script): Promise<unknown> {
  return post(address, `/v1/chats/${chatId}/messages`, { content: scriptMessage(script) });
}

/** Follows a chat, from a cursor if one is given. `onFrame` gets every frame. */
export function watchChat(
  { url, key }: EverturnAddress,
  chat: string | { readonly id: string; readonly cursor: string | null },
  onFrame: (frame: string, at: number) => void = () => undefined,
): WatchedChat {
  const { id, cursor } = typeof chat === "string" ? { id: chat, cursor: null } : chat;
  const waiting = new Set<Waiting>();
  let newest = "none";
  const headers = { authorization: `Bearer ${key}`, ...(cursor !== null && { "last-event-id": cursor }) };
  const call = { url: `${url}/v1/chats/${id}/stream`, headers };
  const connection = openSse(call, (frame, at) => {
    onFrame(frame, at);
    newest = frame;
    for (const one of waiting) {
      if (!one.matches(frame)) continue;
      waiting.delete(one);
      one.found(at);
    }
  });
  const next = (matches: Waiting["matches"]) => {
    const one = Promise.withResolvers<number>();
    // If you wait for two frames, a failure rejects one wait; the other must not end the process.
    one.promise.catch(() => undefined);
    const fail = (why: string) =>
      one.reject(
        new Error(`${why} while chat ${id} was waited for; its newest frame: ${newest.slice(0, 300)}`),
      );
    const timer = setTimeout(() => fail("a minute passed"), FRAME_WAIT_MAX_MS);
    connection.ended.then(
      () => fail("the stream ended"),
      (error: Error) => fail(error.message),
    );
    const found = (at: number) => {
      clearTimeout(timer);
      one.resolve(at);
    };
    waiting.add({ matches, found });
    return one.promise;
  };
  return { id, next, close: () => connection.close() };
}
