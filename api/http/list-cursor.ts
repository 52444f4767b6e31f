// Where a list goes on: the `next_cursor` of a page, which clients give back as `after` and do not look into.
import { z } from "zod";
import { Refusal } from "../../core/chat/refusal.ts";

/** The position of a list's last item as a cursor and back. Its fields are written in the order given here. */
export function listCursor<Shape extends z.ZodRawShape>(shape: Shape) {
  type Position = z.output<z.ZodObject<Shape>>;
  const schema = z.strictObject(shape);
  const names = Object.keys(shape);
  return {
    write(position: Position): string {
      const fields: Readonly<Record<string, unknown>> = position;
      const values = names.map((name) => fields[name]);
      return Buffer.from(JSON.stringify(values)).toString("base64url");
    },
    /** @throws Refusal `invalid_cursor` */
    read(cursor: string): Position {
      try {
        const values = z
          .array(z.unknown())
          .length(names.length)
          .parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
        return schema.parse(Object.fromEntries(names.map((name, i) => [name, values[i]])));
      } catch {
        throw new Refusal("invalid_cursor", "`after` is the `next_cursor` of an earlier answer");
      }
    },
  };
}
