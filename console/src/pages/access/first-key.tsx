// Makes the first key of a user who has just been made, and shows it once. If that fails, the key alone is made again.
import { useCallback, useEffect, useRef, useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { problemWords } from "../../state/problem-words.ts";
import { Button } from "../../ui/controls/button.tsx";
import { useAct } from "../parts/use-act.ts";
import type { User } from "../parts/wire.ts";
import styles from "./access.module.css";
import { KeyOnce } from "./key-once.tsx";

interface FirstKeyInput {
  readonly user: Pick<User, "id" | "name">;
  readonly onClose: () => void;
}

export function FirstKey({ user, onClose }: FirstKeyInput) {
  const [key, setKey] = useState<string | null>(null);
  const { busy, error, run } = useAct();
  const { id, name } = user;
  const make = useCallback(
    () => run(async () => setKey((await everturn.apiKeys.create({ name: "first key", user_id: id })).key)),
    [id, run],
  );
  const isBegun = useRef(false);
  useEffect(() => {
    if (isBegun.current) return;
    isBegun.current = true;
    make();
  }, [make]);
  if (key !== null) return <KeyOnce value={key} about={`Give this key to ${name}.`} onClose={onClose} />;
  if (error === null || busy) return <p role="status">{name} is made. Making the key…</p>;
  return (
    <div className={styles.once} role="alert">
      <p>
        {name} is made, but has no key yet: {problemWords(error)}
      </p>
      <div className={styles.key}>
        <Button onClick={make}>Make the key</Button>
        <Button onClick={onClose}>Later</Button>
      </div>
    </div>
  );
}
