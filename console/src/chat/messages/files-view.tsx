// Files of a message or of a tool's result: pictures are shown and can be made large, others can be downloaded.
import { FileIcon } from "@radix-ui/react-icons";
import { useEffect, useRef, useState } from "react";
import type { FilePart } from "../../../../core/part/part.ts";
import { shownText } from "../markdown/shown-text.ts";
import { useOpenChat } from "../open-chat.ts";
import styles from "./files.module.css";

const PICTURES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export function FilesView({ files }: { readonly files: readonly FilePart[] }) {
  return (
    <div className={styles.files}>
      {files.map((file) =>
        PICTURES.has(file.media_type) ? (
          <Picture key={file.file_id} file={file} />
        ) : (
          <FileLink key={file.file_id} file={file} />
        ),
      )}
    </div>
  );
}

function FileLink({ file }: { readonly file: FilePart }) {
  const { client } = useOpenChat();
  return (
    <a className={styles.file} href={client.files.url(file.file_id)} download={file.name}>
      <FileIcon aria-hidden="true" /> {shownText(file.name)}
    </a>
  );
}

function Picture({ file }: { readonly file: FilePart }) {
  const { client } = useOpenChat();
  const [isLarge, setLarge] = useState(false);
  const [isGone, setGone] = useState(false);
  const address = client.files.url(file.file_id);
  if (isGone) return <FileLink file={file} />;
  return (
    <>
      <button
        type="button"
        className={styles.thumb}
        onClick={() => setLarge(true)}
        aria-label={`Show ${file.name} large`}
      >
        <img src={address} alt={file.name} loading="lazy" onError={() => setGone(true)} />
      </button>
      {isLarge && <Lightbox address={address} name={file.name} onClose={() => setLarge(false)} />}
    </>
  );
}

interface LightboxProps {
  readonly address: string;
  readonly name: string;
  readonly onClose: () => void;
}

function Lightbox({ address, name, onClose }: LightboxProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape and the button close it
    <dialog
      ref={dialog}
      className={styles.lightbox}
      aria-label={name}
      onClose={onClose}
      onClick={() => dialog.current?.close()}
    >
      <img src={address} alt={name} />
      <p>
        {shownText(name)} ·{" "}
        <a href={address} download={name} onClick={(event) => event.stopPropagation()}>
          Download
        </a>{" "}
        <button type="button">Close</button>
      </p>
    </dialog>
  );
}
