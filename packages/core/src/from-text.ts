import { CallScope } from './call-scope.ts';
import type { ChatStream } from './chat-stream.ts';
import type { FinishReason } from './events.ts';
import { openChatStream } from './open-chat-stream.ts';
import type { CallOptions } from './request.ts';

/**
 * A stream that says a given text: for tests, caches and canned answers. Empty text is refused with `empty-response`, as
 * from any provider.
 *
 * @example
 * const stream = await fromText(['Hello', ', world'], { provider: 'canned' });
 */
export function fromText(
  text: string | Iterable<string>,
  options: {
    readonly provider?: string;
    readonly model?: string;
    readonly finishReason?: FinishReason;
    readonly call?: CallOptions;
  } = {},
): Promise<ChatStream> {
  const pieces = (typeof text === 'string' ? [text] : text)[Symbol.iterator]();
  return openChatStream({
    provider: options.provider ?? 'text',
    model: options.model,
    scope: new CallScope(options.call),
    open: () => ({
      pull(into) {
        const piece = pieces.next();
        into.push(
          piece.done
            ? { type: 'finish', reason: options.finishReason ?? 'stop' }
            : { type: 'text-delta', text: piece.value },
        );
        return true;
      },
      close() {
        pieces.return?.();
      },
    }),
  });
}
