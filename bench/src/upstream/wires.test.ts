import { expect, test } from 'vitest';
import { textOf } from './answer-text.ts';
import type { Script } from './scripts.ts';
import { streamedBody, wholeBody } from './wires.ts';

const script: Script = { wire: 'openai', tokens: 60, tokensPerChunk: 7, chunksPerWrite: 2, everyMs: 0 };

/** Undoes HTTP's chunks. */
function unchunked(bytes: Buffer): string {
  let at = 0;
  let body = '';
  while (true) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (size === 0) return body;
    body += bytes.toString('utf8', lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

function textOfBody(body: string): string {
  return body
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] })
    .map(({ choices }) => choices[0]?.delta.content ?? '')
    .join('');
}

test('a streamed answer has every token once, whatever goes into a chunk', () => {
  for (const tokensPerChunk of [1, 7, 1_000]) {
    const body = unchunked(Buffer.concat(streamedBody({ ...script, tokensPerChunk }, false)));
    expect(textOfBody(body)).toBe(textOf(60));
    expect(body).toMatch(/"finish_reason":"stop".*\n\ndata: \[DONE\]\n\n$/);
  }
});

test('usage is in the stream only where it was asked for', () => {
  expect(Buffer.concat(streamedBody(script, true)).toString()).toContain('"usage":{');
  expect(Buffer.concat(streamedBody(script, false)).toString()).not.toContain('"usage":{');
});

test('a whole answer has the same text', () => {
  const whole = JSON.parse(wholeBody(script)) as { choices: [{ message: { content: string } }] };
  expect(whole.choices[0].message.content).toBe(textOf(60));
});

test.each(['h2o-updates', 'h2o-tgi', 'flowgpt'] as const)('the lines of %s are JSON', (wire) => {
  const body = unchunked(Buffer.concat(streamedBody({ ...script, wire }, false)));
  const lines = body.split('\n').filter((line) => line.trim() !== '');
  expect(lines.length).toBeGreaterThanOrEqual(script.tokens);
  for (const line of lines) JSON.parse(line.replace(/^data:/, ''));
});
