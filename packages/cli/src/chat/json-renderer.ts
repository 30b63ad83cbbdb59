import { ChatError } from '@sluice/core';
import type { Terminal } from '../terminal/terminal.ts';
import type { Renderer } from './renderer.ts';

/**
 * One JSON object a line on stdout: `{"type":"route","route":…}` when the answer begins, then every event as core defines it,
 * the last of them `finish`; or `{"type":"error","error":…}` in its place.
 */
export function createJsonRenderer({ out }: Terminal): Renderer {
  const line = (value: unknown): Promise<void> => out.write(`${JSON.stringify(value)}\n`);
  return {
    async begin({ route }) {
      if (route !== undefined) await line({ type: 'route', route });
    },
    event: line,
    async end(error) {
      if (ChatError.is(error)) await line({ type: 'error', error: error.toJSON() });
    },
  };
}
