// Tests: what we use of the AI SDK's packages, in one type for three majors.

/** A part of a client's message, as far as tests look into it. */
export interface UiPart {
  readonly type: string;
  readonly text?: string;
  readonly state?: string;
  readonly toolCallId?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly errorText?: string;
  readonly preliminary?: boolean;
  readonly approval?: { readonly id: string; readonly approved?: boolean; readonly reason?: string };
}

export interface UiMessage {
  readonly id: string;
  readonly role: string;
  readonly parts: readonly UiPart[];
  readonly metadata?: unknown;
}

type Transport = object;

export interface ChatSettings {
  readonly id: string;
  readonly transport: Transport;
  readonly messages?: readonly UiMessage[];
  /** Hears of data parts, transient ones too. */
  readonly onData?: (part: { readonly type: string; readonly data: unknown }) => void;
  /** Whether to post the messages when a stream has ended or a tool call was answered. */
  readonly sendAutomaticallyWhen?: (state: { readonly messages: readonly UiMessage[] }) => boolean;
}

export interface ClientChat {
  readonly id: string;
  messages: readonly UiMessage[];
  readonly status: "submitted" | "streaming" | "ready" | "error";
  readonly error: Error | undefined;
  readonly lastMessage: UiMessage | undefined;
  sendMessage(message?: { text: string; messageId?: string }): Promise<void>;
  regenerate(options?: { messageId?: string }): Promise<void>;
  resumeStream(): Promise<void>;
  stop(): Promise<void>;
  addToolOutput(output: {
    readonly tool: string;
    readonly toolCallId: string;
    readonly output?: unknown;
    readonly state?: "output-error";
    readonly errorText?: string;
  }): Promise<void>;
  /** Not in version 5. */
  addToolApprovalResponse(response: {
    readonly id: string;
    readonly approved: boolean;
    readonly reason?: string;
  }): Promise<void>;
  "~registerMessagesCallback"(onChange: () => void): () => void;
  "~registerStatusCallback"(onChange: () => void): () => void;
}

export type UseChat = (settings: ChatSettings & { readonly resume?: boolean }) => {
  readonly messages: readonly UiMessage[];
  readonly status: string;
  readonly error: Error | undefined;
  sendMessage(message: { text: string }): Promise<void>;
  stop(): Promise<void>;
};

export interface Kit {
  readonly DefaultChatTransport: new (
    settings: object,
  ) => Transport & {
    sendMessages(request: object): Promise<ReadableStream<unknown>>;
  };
  readonly Chat: new (settings: ChatSettings) => ClientChat;
  readonly useChat: UseChat;
  /** Whether every tool call of the last message is answered, by outputs or by decisions. */
  readonly complete: readonly NonNullable<ChatSettings["sendAutomaticallyWhen"]>[];
  /** The states of the one message that these chunks make. */
  readonly readUIMessageStream: (settings: {
    readonly stream: ReadableStream<unknown>;
    readonly onError: (error: unknown) => void;
  }) => AsyncIterable<UiMessage>;
}

export const kits: Readonly<Record<5 | 6 | 7 | "5.0.0" | "5.0.60" | "5.0.91", Kit>>;
