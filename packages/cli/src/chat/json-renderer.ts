import { ChatError } from '@sluice/core';
import type { Terminal } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import type { Renderer } from './renderer.ts';

/** An error of the command itself, in the shape that those of a call have. */
function described(error: unknown): object {
  if (ChatError.is(error)) return error.toJSON();
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
  return { name, code: error instanceof UsageError ? 'invalid-request' : 'internal', message };
}

/**
 * One JSON object a line on stdout: `{"type":"route","route":…}` when the answer begins, then every event as core defines it,
 * the last of them `finish`; or `{"type":"error","error":…}` in its place.
 */
export function createJsonRenderer({ out }: Terminal): Renderer {
  const line = (value: unknown): Promise<void> => out.write(`${JSON.stringify(value)}\n`);
  return {
    start() {},
    async begin({ route }) {
      if (route !== undefined) await line({ type: 'route', route });
    },
    event: line,
    async end(error) {
      if (error !== undefined) await line({ type: 'error', error: described(error) });
    },
  };
}
