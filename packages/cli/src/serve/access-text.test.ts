import { describe, expect, it } from 'vitest';
import { coloursFor } from '../terminal/colours.ts';
import { accessText } from './access-text.ts';

const plain = coloursFor(process.stdout, { NO_COLOR: '1' });
const coloured = coloursFor(process.stdout, { FORCE_COLOR: '1' });

const line = (more: object): string =>
  JSON.stringify({
    level: 30,
    msg: 'request',
    method: 'POST',
    endpoint: '/v1/chat/completions',
    status: 200,
    ending: 'answered',
    totalMs: 1_234,
    ...more,
  });

const served = { model: 'fast', target: 'local:llama3:8b', firstTokenMs: 24, outputTokens: 34 };

describe('a request, for somebody at the terminal', () => {
  it.each<[string, object, string]>([
    [
      'that was answered',
      {
        ...served,
        attempts: [
          { target: 'h2o', outcome: 'network' },
          { target: 'local:llama3:8b', outcome: 'served' },
        ],
      },
      '200 answered  fast > local:llama3:8b, tried h2o (network), first token after 24 ms, 34 tokens, 1.2 s',
    ],
    [
      'whose client left',
      { ...served, ending: 'client-gone', code: 'aborted', outputTokens: undefined },
      '200 client-gone (aborted)  fast > local:llama3:8b, first token after 24 ms, 1.2 s',
    ],
    [
      'that nobody could answer',
      { status: 502, ending: 'failed', code: 'network', model: 'h2o' },
      '502 failed (network)  h2o, 1.2 s',
    ],
    [
      'that was refused',
      { status: 401, ending: 'refused', code: 'wrong-key' },
      '401 refused (wrong-key)  POST /v1/chat/completions, 1.2 s',
    ],
    [
      'whose model is there to harm the terminal',
      { status: 404, ending: 'refused', code: 'model-not-found', model: '\u001b[2J' },
      '404 refused (model-not-found)  ␛[2J, 1.2 s',
    ],
  ])('%s', (_what, entry, text) => {
    expect(accessText(line(entry), plain)).toBe(text);
  });

  it('has the colour of how it ended', () => {
    const stateOf = (ending: string): string | undefined =>
      accessText(line({ ending }), coloured)?.split('  ')[0];
    expect(['answered', 'refused', 'client-gone', 'failed'].map(stateOf)).toEqual([
      '\u001b[32m200 answered\u001b[39m',
      '\u001b[33m200 refused\u001b[39m',
      '\u001b[31m200 client-gone\u001b[39m',
      '\u001b[31m200 failed\u001b[39m',
    ]);
  });

  it('is not told of by those who only look whether it lives', () => {
    expect(accessText(line({ endpoint: '/healthz' }), plain)).toBeUndefined();
    expect(accessText(line({ endpoint: '/readyz', status: 503 }), plain)).toContain('503');
  });

  it('an internal error is told, what programs need is not', () => {
    const bug = { level: 50, msg: 'internal error', error: { name: 'TypeError' } };
    expect(accessText(JSON.stringify(bug), plain)).toBe('internal error TypeError');
    expect(accessText(JSON.stringify({ level: 30, msg: 'Server listening' }), plain)).toBeUndefined();
  });
});
