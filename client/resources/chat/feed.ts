// What happens in all chats of the caller.
import type { Http } from "../../http/http.ts";
import { FeedStore, type FeedStoreOptions } from "../../store/feed-store.ts";
import { type FeedStreamOptions, streamFeed } from "../../stream/feed-stream.ts";

export function feed(http: Http) {
  return {
    /** The events of the feed, for as long as you read them: it reconnects by itself. */
    watch: (options: FeedStreamOptions = {}) => streamFeed(http, options),

    /** The chats themselves, kept up to date until you close it. */
    open: (options: FeedStoreOptions = {}) => new FeedStore(http, options),
  };
}
