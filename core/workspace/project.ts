/** A folder of the host that chats are made for (SPEC C13). */
export interface Project {
  readonly id: string;
  readonly name: string;
  /** Real path, without links. */
  readonly path: string;
  readonly created_at: string;
  readonly updated_at: string;
}
