import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChatError, complete } from '@sluice/core';
import { createOpenAICompatible } from '@sluice/provider-openai-compatible';
import { createSandbox } from '@sluice/sandbox';
import { type Cassette, readCassette, record, replay } from '@sluice/testkit';
import fc from 'fast-check';
import { fuzzProperty, type OpenArea } from '../fuzz-property.ts';
import { changed, changes } from '../json-value.ts';
import { assertPrototypesUntouched } from '../prototypes.ts';

const request = { messages: [{ role: 'user' as const, content: 'What does a sluice do?' }] };

/** Damage to the bytes of a file. */
const byteDamage = fc.array(
  fc.record({ at: fc.nat(), left: fc.nat(40), put: fc.uint8Array({ maxLength: 4 }) }),
  { minLength: 1, maxLength: 3 },
);

/** Whole lines lost, doubled, moved. */
const lineDamage = fc.array(
  fc.record({ at: fc.nat(), to: fc.nat(), what: fc.constantFrom('lose', 'double', 'move') }),
  { maxLength: 3 },
);

const names = [
  'type',
  'exchange',
  'atMs',
  'status',
  'headers',
  'body',
  'text',
  'base64',
  'how',
  'error',
  'value',
  'version',
];
const values = [
  'request',
  'head',
  'chunk',
  'end',
  'note',
  'last',
  'complete',
  'failed',
  'AAA=',
  '%%%',
  99,
  1e300,
  { code: 'network', message: 'x', sent: 'no' },
];

/** Cassettes with any damage: read whole, or refused with a typed error that names the file; never a crash. */
export async function openCassettes(): Promise<OpenArea> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-fuzz-'));
  const whole = await recorded(join(folder, 'good.jsonl'));
  const file = join(folder, 'damaged.jsonl');

  const read = async (content: Uint8Array | string): Promise<Cassette | undefined> => {
    await writeFile(file, content);
    try {
      return await readCassette(file);
    } catch (error) {
      assert.ok(ChatError.is(error), `a ChatError, not ${String(error)}`);
      assert.equal(error.code, 'invalid-request');
      assert.ok(error.message.startsWith(`the cassette ${file}`), error.message);
      return undefined;
    } finally {
      assertPrototypesUntouched();
    }
  };

  /** What can be read can be played: an answer or a typed error. */
  const play = async (cassette: Cassette | undefined): Promise<void> => {
    if (!cassette) return;
    await using player = await replay(file);
    const url = player.exchanges[0]?.request.url ?? '';
    const baseURL = /^http:\/\/[\w.:]+\/v1(?=\/chat\/completions$)/.exec(url)?.[0] ?? 'http://127.0.0.1:9/v1';
    const provider = createOpenAICompatible({ baseURL, defaultModel: 'sandbox', proxy: false });
    try {
      await complete(provider, request, { timeout: { total: 2_000 } });
    } catch (error) {
      assert.ok(
        ChatError.is(error),
        `a ChatError, not ${error instanceof Error ? error.stack : String(error)}`,
      );
    } finally {
      await provider.close();
    }
  };

  const bytes = fuzzProperty(
    'damaged-bytes',
    60,
    fc.asyncProperty(byteDamage, async (damage) => {
      await play(
        await read(
          damage.reduce((content, { at, left, put }) => {
            const start = at % (content.length + 1);
            return Buffer.concat([content.subarray(0, start), put, content.subarray(start + left)]);
          }, Buffer.from(whole)),
        ),
      );
    }),
  );

  const lines = fuzzProperty(
    'lost-and-moved-lines',
    60,
    fc.asyncProperty(lineDamage, async (damage) => {
      const left = whole.trimEnd().split('\n');
      for (const { at, to, what } of damage) {
        const place = at % Math.max(1, left.length);
        const line = left[place] ?? '';
        if (what !== 'double') left.splice(place, 1);
        if (what !== 'lose') left.splice(to % (left.length + 1), 0, line);
      }
      await play(await read(`${left.join('\n')}\n`));
    }),
  );

  const fields = fuzzProperty(
    'wrong-fields',
    60,
    fc.asyncProperty(fc.nat(), changes(names, values), async (at, made) => {
      const left = whole.trimEnd().split('\n');
      const place = at % left.length;
      left[place] = JSON.stringify(changed(JSON.parse(left[place] ?? '{}'), made)) ?? '';
      await play(await read(`${left.join('\n')}\n`));
    }),
  );

  return {
    properties: [bytes, lines, fields],
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true });
    },
  };
}

/** Two calls with the sandbox, as a recording has them. */
async function recorded(file: string): Promise<string> {
  const sandbox = await createSandbox({ answerTokens: 6 });
  const recording = await record(file);
  const provider = createOpenAICompatible({
    baseURL: sandbox.urls.openai,
    defaultModel: 'sandbox',
    proxy: false,
  });
  await complete(provider, request);
  await complete(provider, request, { stream: false });
  await provider.close();
  await recording.close();
  await sandbox.close();
  return readFile(file, 'utf8');
}
