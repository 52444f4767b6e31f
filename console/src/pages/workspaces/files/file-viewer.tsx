// Shows one file of a workspace: text, an image, or why it is not shown; and lets it be downloaded.
import type { ReactNode } from "react";
import { shownText } from "../../../chat/markdown/shown-text.ts";
import { everturn } from "../../../state/everturn.ts";
import { bytesWords } from "../../../ui/words.ts";
import { Shown } from "../../parts/page.tsx";
import { useLoad } from "../../parts/use-load.ts";
import { type ChosenFile, type FilePlan, loadedBytesMax, planToShow, textOf } from "./file-kind.ts";
import styles from "./files.module.css";
import { SourceText } from "./source-text.tsx";

interface FileViewerInput {
  readonly workspaceId: string;
  readonly file: ChosenFile;
}

export function FileViewer({ workspaceId, file }: FileViewerInput) {
  const plan = planToShow(file.name, file.size);
  return (
    <figure className={styles.file}>
      <figcaption className={styles.fileHead}>
        <span className={styles.name}>{shownText(file.path)}</span>
        <span className={styles.size}>{bytesWords(file.size)}</span>
        <Download workspaceId={workspaceId} file={file} />
      </figcaption>
      {plan.type === "too-large" ? (
        <p>
          It is larger than {bytesWords(plan.shownMax)} and not shown here.{" "}
          {file.size > loadedBytesMax
            ? `It cannot be downloaded either: at most ${bytesWords(loadedBytesMax)} can.`
            : "Download it to see it."}
        </p>
      ) : (
        <FileContent workspaceId={workspaceId} file={file} plan={plan} />
      )}
    </figure>
  );
}

function Download({ workspaceId, file }: FileViewerInput) {
  if (file.size > loadedBytesMax) return null;
  // The browser itself asks for it, with the session's cookie; the server sends it as an attachment.
  const href = everturn.workspaces.fileUrl(workspaceId, file.path);
  return (
    <a className={styles.download} href={href} download={file.name}>
      Download
    </a>
  );
}

interface FileContentInput extends FileViewerInput {
  readonly plan: Exclude<FilePlan, { type: "too-large" }>;
}

type Content =
  | { readonly type: "image"; readonly address: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "bytes" };

function FileContent({ workspaceId, file, plan }: FileContentInput) {
  const content = useLoad(async (signal): Promise<Content> => {
    const answer = await everturn.workspaces.readFile(workspaceId, file.path, { signal });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (plan.type === "image") return { type: "image", address: await dataUrl(bytes, plan.media_type) };
    const text = textOf(bytes);
    return text === null ? { type: "bytes" } : { type: "text", text };
  }, file.path);
  return <Shown of={content}>{(data) => shownContent(data, file)}</Shown>;
}

function shownContent(content: Content, file: ChosenFile): ReactNode {
  switch (content.type) {
    case "image":
      return <img className={styles.image} src={content.address} alt={shownText(file.name)} />;
    case "bytes":
      return <p>This file is not text in UTF-8. Download it to look into it.</p>;
    case "text":
      return content.text === "" ? (
        <p>This file is empty.</p>
      ) : (
        <SourceText text={content.text} name={file.name} />
      );
  }
}

/** A data URL: the page's policy for content has these for images already, and needs no exception for blobs. */
function dataUrl(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as string));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("The image could not be read.")));
    reader.readAsDataURL(new Blob([bytes], { type }));
  });
}
