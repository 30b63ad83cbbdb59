import type { ChatEvent, ChatStream } from '@sluice/core';

/** Shows an answer while it comes. */
export interface Renderer {
  /** A question is about to be asked. */
  start(): void;
  /** The answer has begun. */
  begin(stream: ChatStream): Promise<void>;
  event(event: ChatEvent): Promise<void>;
  /** The answer has ended, well (`undefined`) or not; also called if it never began. */
  end(error: unknown): Promise<void>;
}
