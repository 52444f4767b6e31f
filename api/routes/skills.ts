// Skills: those of the deployment, or all that a chat has. A broken skill is named with its fault; the others still work.
import { z } from "zod";
import { Refusal } from "../../core/chat/refusal.ts";
import { readChatRow } from "../../store/row/chat-row.ts";
import { readNewestContext } from "../../store/turn/chat-context.ts";
import type { ApiDeps, ListedSkills } from "../deps.ts";
import { type Route, route } from "../http/route.ts";
import { uuid } from "../schemas/common.ts";

const source = z.enum(["workspace", "project", "deployment"]);
const skill = z
  .strictObject({
    name: z.string(),
    description: z.string(),
    source: source.meta({ description: "Whose it is" }),
    path: z.string().meta({ description: "Its folder, relative to the place or to the deployment's skills" }),
  })
  .meta({ id: "Skill" });
const skillFault = z
  .strictObject({ source, path: z.string(), message: z.string() })
  .meta({ id: "SkillFault" });
const skillPage = z
  .strictObject({
    items: z.array(skill),
    faults: z.array(skillFault).meta({ description: "Skills that are left out, and why" }),
    next_cursor: z.null(),
  })
  .meta({ id: "SkillPage" });

export function skillRoutes({ store, listSkills }: Pick<ApiDeps, "store" | "listSkills">): Route[] {
  const ofChat = async (chatId: string, ownerId: string): Promise<ListedSkills> => {
    const chat = await readChatRow(store.pool, chatId);
    if (chat === null || chat.owner_id !== ownerId) throw new Refusal("chat_not_found");
    const context = await readNewestContext(store.pool, chatId);
    return { skills: context?.skills ?? [], faults: context?.skill_faults ?? [] };
  };
  return [
    route({
      method: "get",
      path: "/v1/skills",
      summary: "List skills",
      description:
        "Those that the deployment gives all chats, as they are now; with `chat_id`, all that the chat's model was told of, as they were when the chat last read them.",
      tag: "Workspaces",
      access: { area: "chats" },
      query: z.strictObject({ chat_id: uuid.toLowerCase().optional() }),
      responses: { 200: { description: "All skills", schema: skillPage } },
      refusals: ["chat_not_found"],
      async handler({ query: { chat_id }, caller }) {
        const { skills, faults } =
          chat_id === undefined ? await listSkills() : await ofChat(chat_id, caller.user.id);
        return { status: 200, body: { items: skills, faults, next_cursor: null } };
      },
    }),
  ];
}
