// Files that go with the next message: checked, uploaded at once, and kept until the message is sent.
import { useCallback, useState } from "react";
import type { Everturn } from "../../../../client/index.ts";
import { problemWords } from "../../state/problem-words.ts";
import { refusalOfFile, typeOfFile } from "./file-types.ts";

export interface Attachment {
  /** Of this page alone. */
  readonly key: number;
  readonly name: string;
  readonly size: number;
  readonly media_type: string;
  readonly state:
    | { readonly type: "uploading" }
    | { readonly type: "ready"; readonly file_id: string }
    | { readonly type: "failed"; readonly words: string };
}

/** A message with more files is a mistake of the hand. */
const attachmentsMax = 20;
let lastKey = 0;

export interface Attachments {
  readonly items: readonly Attachment[];
  readonly add: (files: Iterable<File>) => void;
  readonly remove: (key: number) => void;
  readonly replace: (items: readonly Attachment[]) => void;
}

export function useAttachments(client: Everturn): Attachments {
  const [items, setItems] = useState<readonly Attachment[]>([]);
  const settle = useCallback((key: number, state: Attachment["state"]) => {
    setItems((all) => all.map((one) => (one.key === key ? { ...one, state } : one)));
  }, []);
  const add = useCallback(
    (files: Iterable<File>) => {
      for (const file of [...files].slice(0, attachmentsMax)) {
        lastKey += 1;
        const key = lastKey;
        const words = refusalOfFile(file);
        const type = typeOfFile(file) ?? "";
        const state: Attachment["state"] = words === null ? { type: "uploading" } : { type: "failed", words };
        setItems((all) =>
          [...all, { key, name: file.name || "file", size: file.size, media_type: type, state }].slice(
            -attachmentsMax,
          ),
        );
        if (words !== null) continue;
        client.files.upload({ data: file, type, name: file.name || undefined }).then(
          ({ id }) => settle(key, { type: "ready", file_id: id }),
          (error: unknown) => settle(key, { type: "failed", words: problemWords(error) }),
        );
      }
    },
    [client, settle],
  );
  const remove = useCallback((key: number) => setItems((all) => all.filter((one) => one.key !== key)), []);
  return { items, add, remove, replace: setItems };
}
