// The argument that names a process.
import { z } from "zod";

export const processIdSchema = z
  .string()
  .regex(/^[\w.-]{1,100}$/, "must be a process_id as execute or process_list gave it")
  .describe("As execute or process_list gave it.");
