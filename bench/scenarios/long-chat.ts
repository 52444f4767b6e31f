// Scenario: a compacted chat of 10,000 messages beside one of 200. What does it cost to open it, to send to it, and to
// get an answer?
import { randomUUID } from "node:crypto";
import { Client } from "pg";
import type { Script } from "../clients/demo-client.ts";
import {
  createChat,
  type EverturnAddress,
  post,
  sendMessage,
  watchChat,
} from "../clients/everturn-client.ts";
import { isCaughtUp, isRest, showsAnswer } from "../clients/frames.ts";
import { now } from "../clock.ts";
import { row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

const longMessages = 10_000;
const shortMessages = 200;
const rounds = 60;
const quickRounds = 15;
/** The size of a message with some tool output. */
const messageChars = 1_000;

interface Costs {
  readonly open: number[];
  readonly send: number[];
  readonly answer: number[];
}

export const longChat: Scenario = {
  name: "long-chat",
  liveBus: "postgres",
  async run({ stack, everturn, isQuick }) {
    const db = new Client({ connectionString: stack.databaseUrl });
    await db.connect();
    const long = await compactedChat(everturn, db, longMessages);
    const short = await compactedChat(everturn, db, shortMessages);
    await db.end();
    const ours = noCosts();
    const floor = noCosts();
    for (let round = 0; round < (isQuick ? quickRounds : rounds); round++) {
      // Side by side, so that other load affects both. Who goes first changes.
      const pairs = [
        { chat: long, costs: ours },
        { chat: short, costs: floor },
      ];
      if (round % 2 === 1) pairs.reverse();
      for (const { chat, costs } of pairs) await measure(everturn, chat, costs);
    }
    const aims = [{ type: "ratio-at-most", value: 1.25 }] as const;
    const of = `a compacted chat of ${longMessages} messages (floor: of ${shortMessages})`;
    return [
      row(`opening ${of}`, ours.open, { floor: floor.open, aims }),
      row(`sending to ${of}`, ours.send, { floor: floor.send, aims }),
      row(`first text in ${of}`, ours.answer, { floor: floor.answer, aims }),
    ];
  },
};

function noCosts(): Costs {
  return { open: [], send: [], answer: [] };
}

/** A resting chat with that many messages, all of them summarised. */
async function compactedChat(everturn: EverturnAddress, db: Client, messages: number): Promise<string> {
  const id = await createChat(everturn, { key: randomUUID(), parts: 1, rate: 100 });
  await rest(everturn, id, () => Promise.resolve());
  // As the store would have written them, user and answer in turn.
  await db.query(
    `insert into messages (chat_id, turn_id, role, content, version, finish_reason)
     select $1, (select current_turn_id from chats where id = $1), case n % 2 when 0 then 'user' else 'assistant' end,
       json_build_array(json_build_object('type', 'text', 'text', 'message ' || n || repeat(' lorem', $3::int / 6))),
       (select snapshot_version from chats where id = $1), case n % 2 when 0 then null else 'stop' end
     from generate_series(0, $2::int - 1) n`,
    [id, messages, messageChars],
  );
  await rest(everturn, id, () => post(everturn, `/v1/chats/${id}/compact`));
  await db.query("analyze messages");
  return id;
}

/** Resolves when the chat rests after what `begins`. */
async function rest(everturn: EverturnAddress, id: string, begins: () => Promise<unknown>): Promise<void> {
  await begins();
  const chat = watchChat(everturn, id);
  await chat.next(isRest);
  chat.close();
}

async function measure(everturn: EverturnAddress, id: string, costs: Costs): Promise<void> {
  const openedAt = now();
  const chat = watchChat(everturn, id);
  costs.open.push((await chat.next(isCaughtUp)) - openedAt);
  const script: Script = { key: randomUUID(), parts: 2, rate: 100 };
  const [shown, ended] = [chat.next(showsAnswer), chat.next(isRest)];
  const sentAt = now();
  await sendMessage(everturn, id, script);
  costs.send.push(now() - sentAt);
  costs.answer.push((await shown) - sentAt);
  await ended;
  chat.close();
}
