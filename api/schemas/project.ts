// Schemas of projects: what the API answers, and what it takes (SPEC C13).
import { z } from "zod";
import { projectPathCharsMax } from "./chat.ts";
import { filledText, time, uuid } from "./common.ts";

const nameCharsMax = 100;
const name = filledText(nameCharsMax).meta({ description: "No two projects have the same" });

export const project = z
  .strictObject({
    id: uuid,
    name: z.string(),
    path: z.string().meta({ description: "The folder, with its links resolved" }),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Project" });

export const projectPage = z
  .strictObject({ items: z.array(project), next_cursor: z.string().nullable() })
  .meta({ id: "ProjectPage" });

export const newProject = z
  .strictObject({
    name,
    path: filledText(projectPathCharsMax).meta({
      description: "An absolute path of a folder below the roots that the deployment allows",
    }),
  })
  .meta({ id: "NewProject" });

export const projectChange = z.strictObject({ name }).meta({ id: "ProjectChange" });
