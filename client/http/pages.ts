// Lists come in pages; this reads one after the other.

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

/**
 * Every item of a list: `for await (const chat of everyItem((after) => client.chats.list({ after })))`. It reads a page when
 * the one before is used up.
 */
export async function* everyItem<Item>(
  read: (after: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  let after: string | undefined;
  do {
    const page: Page<Item> = await read(after);
    yield* page.items;
    after = page.next_cursor ?? undefined;
  } while (after !== undefined);
}
