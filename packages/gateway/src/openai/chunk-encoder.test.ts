import type { ChatEvent } from '@sluice/core';
import { expect, test } from 'vitest';
import { chunkEncoder } from './chunk-encoder.ts';

test('an event that a newer provider sends and this version does not know writes nothing', () => {
  const encoder = chunkEncoder({ id: 'chatcmpl-1', model: 'm', createdAtMs: 0 }, false);
  expect(encoder.encode({ type: 'of-tomorrow' } as unknown as ChatEvent)).toBe('');
});
