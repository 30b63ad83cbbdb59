import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contextOf,
  type Decoded,
  decode,
  decodeText,
  lastToken,
  type RecordedReply,
  recordedReplies,
  replyOf,
  textOfEvents,
  tgi,
  token,
  updates,
} from '../replies.fixture.ts';
import { createReplyDecoder } from './reply-decoder.ts';

const hello = ' Hello, this is a fake answer.';
const unicode = 'Grüße 🦙👩‍💻 日本語\n"q" \\\u2028end';
/** The last token of an answer that was cut off: it is said, and the whole text comes with it. */
const cutAfter = (text: string): object => ({
  token: { id: 3, text, logprob: -0.5, special: false },
  generated_text: 'ab',
  details: null,
});

const counted = (to: number): string => Array.from({ length: to + 1 }, (_, each) => ` tok${each}`).join('');

/** What a reader gets of each recorded reply: text, and how it ends (a finish reason or an error code). */
const outcomes: { readonly [reply: string]: readonly [text: string, end: string] } = {
  'a 22-POST-message-1': [hello, 'stop'],
  'a 23-POST-message-2-follow-up': [unicode, 'stop'],
  'a 24-POST-message-is-retry-of-message-1': [hello, 'stop'],
  'a 30-POST-message-empty-options-only': [hello, 'stop'],
  'a 44-POST-message-backend-error-in-mid-stream': [' Hello, this', 'server-error'],
  'a 45-POST-message-backend-with-SSE-comment-ping': [hello, 'stop'],
  'a 46-POST-message-empty-answer': ['', 'stop'],
  'a 47-POST-message-without-stream-true': ['Fake short title', 'stop'],
  'a 49-POST-message-SLOW-then-stop-generating': [counted(27), 'truncated'],
  'a 51-POST-message-SLOW-client-disconnects': [counted(14), 'truncated'],
  'b 09-POST-message-1': [hello, 'stop'],
  'b 11-POST-message-2-UNICODE': [unicode, 'stop'],
  'b 13-POST-message-2023-summer-style-options-object-': [hello, 'stop'],
  'b 15-POST-message-backend-500': ['', 'server-error'],
  'b 17-POST-message-backend-429': ['', 'overloaded'],
  'b 19-POST-message-backend-mid-stream-error': [' Hello, this', 'server-error'],
  'b 21-POST-message-empty-answer': ['', 'empty-response'],
  'b 24-POST-message-SLOW-then-stop': [counted(26), 'stop'],
  'c 09-POST-message-1': [hello, 'stop'],
  'c 11-POST-message-2-UNICODE': [unicode, 'stop'],
  'c 15-POST-message-backend-500': ['', 'server-error'],
  'c 17-POST-message-backend-429': ['', 'overloaded'],
  'c 19-POST-message-backend-mid-stream-error': [' Hello, this', 'server-error'],
  'c 21-POST-message-empty-answer': ['', 'empty-response'],
  'c 24-POST-message-SLOW-then-stop': [counted(79), 'truncated'],
  'e 20-POST-message-1': [hello, 'stop'],
  'e 22-POST-message-2-UNICODE': [unicode, 'stop'],
  'e 24-POST-message-3-urlencoded-form-instead-of-multipart': [hello, 'stop'],
  'e 26-POST-retry-of-the-assistant-message': [hello, 'stop'],
  'e 27-POST-message-with-reasoning': [` Hello, this is a fake answer.`, 'stop'],
  'e 28-POST-message-with-file': [hello, 'stop'],
  'e 29-POST-message-backend-500': ['', 'server-error'],
  'e 30-POST-message-backend-429': ['', 'overloaded'],
  'e 31-POST-message-backend-mid-stream-error': [' Hello, this Hello, this', 'server-error'],
  'e 32-POST-message-empty-answer': ['', 'empty-response'],
  'e 34-POST-message-SLOW-then-stop': [counted(14), 'interrupted'],
  'e 35-POST-message-SLOW-client-disconnects': [counted(11), 'truncated'],
};

function decodeReply({ era, prompt }: RecordedReply, pieces: readonly Uint8Array[]): Decoded {
  return decode(pieces, {
    prompt,
    trustsFinalText: era === 'c' || era === 'e',
    thinkTags: 'reasoning',
  });
}

describe('replies as real servers sent them', () => {
  it.each(recordedReplies.map((reply) => [`${reply.era} ${reply.name}`, reply] as const))(
    '%s',
    (name, reply) => {
      const { events, failure } = decodeReply(reply, [Buffer.from(reply.body)]);
      const finish = events.find(({ type }) => type === 'finish');
      const end = failure?.code ?? (finish?.type === 'finish' ? finish.reason : undefined);
      expect([textOfEvents(events, 'text-delta'), end]).toEqual(outcomes[name]);
      expect(events.filter(({ type }) => type === 'finish')).toHaveLength(failure ? 0 : 1);
    },
  );

  it('are known here one and all', () => {
    expect(recordedReplies.map(({ era, name }) => `${era} ${name}`)).toEqual(Object.keys(outcomes));
  });

  it('give the same events wherever their bytes are cut', () => {
    const different = new Map(recordedReplies.map((reply) => [reply.body, reply]));
    for (const reply of different.values()) {
      const bytes = Buffer.from(reply.body);
      // Compared as JSON: thousands of deep comparisons take seconds.
      const seen = (pieces: readonly Uint8Array[]): string => JSON.stringify(decodeReply(reply, pieces));
      const whole = seen([bytes]);
      expect(seen([...bytes].map((byte) => Uint8Array.of(byte)))).toBe(whole);
      // Eighty tokens are cut in no other way than fifteen, but take ten times as long.
      if (reply.body.trimEnd().length > 6_000) continue;
      for (let at = 1; at < bytes.length; at += 1) {
        // Thousands of cuts in padding say nothing that the first and last do not.
        if (bytes[at] === 0x20 && bytes[at - 1] === 0x20) continue;
        if (seen([bytes.subarray(0, at), bytes.subarray(at)]) !== whole)
          expect.fail(`${reply.name}, cut at ${at}`);
      }
    }
  });

  it('give the same events in any number of pieces', () => {
    const replies = fc.constantFrom(...recordedReplies.filter(({ body }) => body.length < 2_000));
    fc.assert(
      fc.property(replies, fc.array(fc.nat(2_000)), (reply, cuts) => {
        const bytes = Buffer.from(reply.body);
        const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(decodeReply(reply, pieces)).toEqual(decodeReply(reply, [bytes]));
      }),
    );
  });

  it('tell which grammar they are in, and with it the era', () => {
    expect(replyOf('a', 'message-1').body).toMatch(/^data:/);
    expect(decodeText(replyOf('e', 'message-1').body, { samplingFields: ['topP'] }).events[0]).toMatchObject({
      type: 'warning',
      code: 'unsupported-parameter',
      feature: 'topP',
    });
    expect(
      decodeText(replyOf('a', 'message-1').body, { samplingFields: ['topP'] }).events.map(({ type }) => type),
    ).not.toContain('warning');
  });
});

describe('events of the model server', () => {
  it('may have a space behind "data:", any line end, comments, other fields, and no line end at the end', () => {
    const [one, two] = [JSON.stringify(token('Hel')), JSON.stringify(lastToken('Hello'))];
    for (const body of [
      `data: ${one}\n\ndata: ${two}\n\n`,
      `data:${one}\r\n\r\ndata:${two}\r\n\r\n`,
      `data:${one}\r\rdata:${two}\r`,
      `\ufeffdata:${one}\n\ndata:${two}`,
      `: ping\nevent: token\nid: 7\nretry: 10\ndata:${one}\n\n:\n\ndata:${two}\n\n`,
      `data:${one}\ndata:${two}\n`,
    ]) {
      expect(decodeText(body)).toEqual({
        events: [
          { type: 'text-delta', text: 'Hel' },
          { type: 'text-delta', text: 'lo' },
          { type: 'finish', reason: 'stop' },
        ],
        failure: undefined,
      });
    }
  });

  it('may be spread over several data lines', () => {
    const spread = JSON.stringify(lastToken('Hello'), undefined, 1).split('\n');
    const body = `${spread.map((line) => `data: ${line}`).join('\n')}\n\n`;
    expect(textOfEvents(decodeText(body).events, 'text-delta')).toBe('Hello');
  });

  it('are not ended by a line of padding', () => {
    const body = 'data: {"token":{"text":"a"},\n    \ndata: "generated_text":"a"}\n\n';
    expect(decodeText(body).events.map(({ type }) => type)).toEqual(['text-delta', 'finish']);
  });

  it('end with [DONE] where a proxy adds it', () => {
    expect(decodeText(`${tgi(token('Hi'))}data: [DONE]\n\n`).events.at(-1)).toEqual({
      type: 'finish',
      reason: 'stop',
      rawReason: '[DONE]',
    });
  });

  it('show no special token, wherever it stands, and nothing that is no text', () => {
    const body = tgi(
      token('<s>', true),
      token('a'),
      token('<unk>', true),
      { token: { text: null, special: false } },
      { token: { text: 7 } },
      { token: { text: 'b' } },
      lastToken('ab'),
    );
    expect(textOfEvents(decodeText(body).events, 'text-delta')).toBe('ab');
  });

  it('tell why they end, and how long the answer is, where the server was asked for details', () => {
    const ended = (finish_reason: string): unknown =>
      decodeText(tgi(token('a'), lastToken('a', { finish_reason, generated_tokens: 64 }))).events.at(-1);
    const usage = { outputTokens: 64 };
    expect(ended('length')).toEqual({ type: 'finish', reason: 'length', rawReason: 'length', usage });
    expect(ended('eos_token')).toEqual({ type: 'finish', reason: 'stop', rawReason: 'eos_token', usage });
    expect(ended('moonphase')).toEqual({ type: 'finish', reason: 'other', rawReason: 'moonphase', usage });
  });

  it.each([
    ['as many as it may, and no mark of an end', [token('a'), cutAfter('b')], 2, 'length'],
    ['as many as it may, and its mark of the end', [token('a'), token('b'), lastToken('ab')], 2, 'stop'],
    ['fewer, because of a stop sequence', [token('a'), cutAfter('b')], 3, 'stop'],
    ['what it likes, since nobody set a limit', [token('a'), cutAfter('b')], undefined, 'stop'],
  ])('without a reason tell by their number why they end: %s', (_, events, maxNewTokens, reason) => {
    expect(decodeText(tgi(...events), { maxNewTokens }).events.at(-1)).toEqual({ type: 'finish', reason });
  });

  it('give the end of the text that was never streamed', () => {
    expect(textOfEvents(decodeText(tgi(token('One'), lastToken('One two'))).events, 'text-delta')).toBe(
      'One two',
    );
  });

  it('may hold the prompt in their final text, which is what return_full_text asks for', () => {
    const { events } = decodeText(tgi(token(' blue'), lastToken('The sky is blue')));
    expect(events.map(({ type }) => type)).toEqual(['text-delta', 'finish']);
  });

  it('say nothing after their end', () => {
    const body = tgi(token('a'), lastToken('a'), token('b'), lastToken('ab'), { error: 'late' });
    expect(decodeText(body)).toEqual(decodeText(tgi(token('a'), lastToken('a'))));
  });

  it.each([
    ['validation', '`inputs` must have less than 1024 tokens. Given: 3000', 'context-length'],
    ['validation', '`top_p` must be > 0.0 and < 1.0', 'invalid-request'],
    ['overloaded', 'Model is overloaded', 'overloaded'],
    ['generation', 'CUDA out of memory', 'server-error'],
  ])('report an error of type %s: %s', (error_type, error, code) => {
    const { failure } = decodeText(tgi(token('a'), { error, error_type }));
    expect(failure).toMatchObject({ code, provider: 'h2o', model: 'm', sent: 'yes' });
    expect(failure?.message).toContain(error);
  });

  it('may say words that mean something else to JavaScript', () => {
    const { failure } = decodeText(tgi({ error: 'boom', error_type: 'constructor' }));
    expect(failure).toMatchObject({ code: 'server-error', message: expect.stringContaining('boom') });
    expect(failure?.status).toBeUndefined();
    const { events } = decodeText(tgi(token('a'), lastToken('a', { finish_reason: 'constructor' })));
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'other', rawReason: 'constructor' });
  });
});

describe('updates', () => {
  const end = { type: 'finalAnswer', text: 'Hi', interrupted: false };

  it('lose the NULs with which tokens are filled up', () => {
    const body = updates({ type: 'stream', token: 'Hi\0\0\0\0\0\0\0\0\0\0\0\0\0\0' }, end);
    expect(decodeText(body).events[0]).toEqual({ type: 'text-delta', text: 'Hi' });
  });

  it('keep the halves of a surrogate pair together that came in two tokens', () => {
    const [first = '', second = ''] = '🦙'.split('');
    const body = updates(
      { type: 'stream', token: `a${first}\0` },
      { type: 'stream', token: `${second}b` },
      {
        type: 'finalAnswer',
        text: 'a🦙b',
      },
    );
    expect(decodeText(body).events.slice(0, 2)).toEqual([
      { type: 'text-delta', text: 'a' },
      { type: 'text-delta', text: '🦙b' },
    ]);
  });

  it('give reasoning, sources and the model that a router chose as events of their own', () => {
    const { events } = decodeText(
      updates(
        { type: 'status', status: 'started' },
        { type: 'routerMetadata', route: 'code', model: 'big-one', provider: 'p' },
        { type: 'webSearch', messageType: 'update', message: 'Searching' },
        {
          type: 'webSearch',
          subtype: 'sources',
          sources: [{ title: 'A', link: 'https://a.example/' }, null, {}],
        },
        { type: 'reasoning', subtype: 'status', status: 'thinking' },
        { type: 'reasoning', subtype: 'stream', token: 'Hm.\0\0' },
        { type: 'stream', token: 'Hi' },
        end,
      ),
    );
    expect(events).toEqual([
      { type: 'response-metadata', model: 'big-one' },
      { type: 'source', url: 'https://a.example/', title: 'A' },
      { type: 'reasoning-delta', text: 'Hm.' },
      { type: 'text-delta', text: 'Hi' },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  it('that say nothing about the answer, or are not known, are passed over', () => {
    const { events, failure } = decodeText(
      updates(
        { type: 'title', title: 'T' },
        { type: 'status', status: 'title', message: 'T' },
        { type: 'status', status: 'keepAlive' },
        { type: 'tool', subtype: 'call', uuid: 'u', call: { name: 'x' } },
        { type: 'hologram', data: 1 },
        { type: 'constructor' },
        { type: 'stream' },
        {},
        { type: 'stream', token: 'Hi' },
        end,
      ),
    );
    expect(failure).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(['text-delta', 'finish']);
  });

  it('with a file, or a question to the user, are reported as content that is not delivered', () => {
    const { events } = decodeText(
      updates(
        { type: 'file', name: 'cat', sha: '0', mime: 'image/png' },
        { type: 'elicitation', subtype: 'request' },
      ),
    );
    expect(events).toMatchObject([
      { type: 'warning', code: 'ignored-content', feature: 'file' },
      { type: 'warning', code: 'ignored-content', feature: 'elicitation' },
    ]);
  });

  it('are handed on as they are, on request', () => {
    const { events } = decodeText(updates({ type: 'title', title: 'T' }), { includeRaw: true });
    expect(events).toEqual([{ type: 'raw', value: { type: 'title', title: 'T' } }]);
  });

  it('tell that the answer was stopped there', () => {
    const body = updates({ type: 'stream', token: 'Hi' }, { ...end, interrupted: true });
    expect(decodeText(body).events.at(-1)).toEqual({ type: 'finish', reason: 'interrupted' });
  });

  it('end with the status "finished" if no final answer came before it', () => {
    const body = updates({ type: 'stream', token: 'Hi' }, { type: 'status', status: 'finished' });
    expect(decodeText(body).events.at(-1)).toEqual({ type: 'finish', reason: 'stop', rawReason: 'finished' });
  });

  it('of a failure count even if an answer follows: that one is the prompt or a rest', () => {
    const body = updates({ type: 'status', status: 'error', message: 'boom' }, end);
    expect(decodeText(body)).toMatchObject({ events: [], failure: { code: 'server-error' } });
  });

  it.each([
    [{ message: '429 Too many requests', statusCode: 429 }, 'rate-limited'],
    [{ message: '429 You exceeded your current quota' }, 'rate-limited'],
    [{ message: 'Model is overloaded' }, 'overloaded'],
    [{ message: 'nope', statusCode: 401 }, 'auth'],
    [{ message: 'This model has a maximum context length of 4096 tokens' }, 'context-length'],
    [{ message: 'No output was generated. Something went wrong.' }, 'empty-response'],
    [{}, 'server-error'],
  ])('of a failure are typed by what they say: %j', (said, code) => {
    expect(decodeText(updates({ type: 'status', status: 'error', ...said })).failure?.code).toBe(code);
  });

  it.each([
    ['has a beginning that was never streamed', 'Hello world.', [' world.']],
    ['has a token that was no text', '1 2', [1, ' 2']],
  ])('with a final answer that %s are reported: text is missing', (_what, text, tokens) => {
    const pieces = tokens.map((each) => ({ type: 'stream', token: each }));
    const { events } = decodeText(updates(...pieces, { type: 'finalAnswer', text }));
    expect(events.at(-2)).toMatchObject({ type: 'warning', code: 'other', feature: 'finalAnswer' });
  });

  it('with a final answer that has the prompt before it are fine', () => {
    const final = { type: 'finalAnswer', text: '<|user|>the prompt<|end|> Hi' };
    const { events } = decodeText(updates({ type: 'stream', token: ' Hi' }, final));
    expect(events.map(({ type }) => type)).toEqual(['text-delta', 'finish']);
  });

  it('with NULs within the text are the same as the final answer with or without them', () => {
    for (const text of ['ab', 'a\0b']) {
      const { events } = decodeText(
        updates({ type: 'stream', token: 'a\0b\0\0' }, { type: 'finalAnswer', text }),
      );
      expect(events.map(({ type }) => type)).toEqual(['text-delta', 'finish']);
    }
  });

  describe('with a final answer that nothing was streamed of', () => {
    const only = (text: string): string =>
      updates({ type: 'status', status: 'started' }, { type: 'finalAnswer', text });

    it('are that answer, in eras with a message tree', () => {
      expect(decodeText(only('All at once.')).events).toEqual([
        { type: 'text-delta', text: 'All at once.' },
        { type: 'finish', reason: 'stop' },
      ]);
    });

    it.each([' the prompt\n', 'the\n  prompt'])('are no answer if it is the prompt: %j', (echo) => {
      const { events, failure } = decodeText(only(echo));
      expect(events).toEqual([]);
      expect(failure).toMatchObject({ code: 'empty-response', sent: 'yes' });
      expect(failure?.message).not.toContain(echo);
    });

    it('are no answer at all in era B', () => {
      expect(decodeText(only('What is left.'), { trustsFinalText: false }).failure?.code).toBe(
        'empty-response',
      );
    });
  });

  it('of a server that tried again in mid-answer are reported: its first try is in the text', () => {
    const body = updates(
      { type: 'stream', token: ' Hello' },
      { type: 'stream', token: ', you' },
      { type: 'stream', token: ' Hello' },
      { type: 'stream', token: ', world' },
      { type: 'finalAnswer', text: ' Hello, world' },
    );
    const { events } = decodeText(body);
    expect(textOfEvents(events, 'text-delta')).toBe(' Hello, you Hello, world');
    expect(events.at(-2)).toMatchObject({ type: 'warning', code: 'other', feature: 'finalAnswer' });
    expect(JSON.stringify(events.at(-2))).toContain('began its answer anew');
  });
});

describe('lines that are recognised undecoded', () => {
  const said = fc.oneof(
    fc.constantFrom(
      'a',
      ' token',
      'text',
      '\0',
      '"',
      '\\',
      '\\u0000',
      'line\n',
      '🦙',
      '\ud83e',
      '\udd99',
      '<think>',
      '</think>',
      '',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const token = fc
    .tuple(said, fc.nat(16))
    .map(([text, length]) => updates({ type: 'stream', token: text.padEnd(length, '\0') }));
  const other = fc.oneof(
    said.map((text) => updates({ type: 'stream', token: text, more: 1 })),
    said.map((text) => updates({ type: 'reasoning', subtype: 'stream', token: text })),
    said.map((text) => tgi({ token: { id: 1, text } })),
    fc.constantFrom(
      ...[
        '{"type":"stream","token":1}\n',
        '{"type":"stream","token":"a\\u0000\\u00"}\n',
        '{"type":"stream","token":"a\n',
      ],
      ...[
        '{"type":"stream","token":"a","type":"end"}\n',
        '{"type":"stream","token":"a"},"token":"b"}\n',
        'data: {"x":\n',
      ],
      ...[
        '[{"type":"stream","token":"a"}]\n',
        '\0 {"type":"stream","token":"a"}\0\n',
        '\n',
        '  \n',
        '\r',
        'data:[DONE]\n',
      ],
      ...[
        '<html>\n',
        '{\n',
        updates({ type: 'status', status: 'keepAlive' }),
        updates({ type: 'finalAnswer', text: 'a' }),
      ],
    ),
  );
  const reply = fc.array(fc.oneof({ arbitrary: token, weight: 4 }, { arbitrary: other, weight: 1 }), {
    maxLength: 30,
  });

  it('give what decoding each of them gives', () => {
    // With `includeRaw` every line is decoded.
    fc.assert(
      fc.property(reply, fc.constantFrom('text', 'reasoning'), (lines, thinkTags) => {
        const seen = (includeRaw: boolean): unknown => {
          const { events, failure } = decodeText(lines.join(''), { includeRaw, thinkTags });
          return [events.filter(({ type }) => type !== 'raw'), failure?.code, failure?.message];
        };
        expect(seen(false)).toEqual(seen(true));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what is not the protocol', () => {
  it.each([
    ['an HTML page', '<!DOCTYPE html>\n<html><head><title>Welcome</title></head></html>', 'invalid-response'],
    ['a challenge', '<html><head><title>Just a moment...</title></head></html>', 'blocked'],
    [
      'a challenge with scripts in it',
      '<html><head><title>Just a moment...</title><script>\n{\n[1]\n\ndata:x\n\n</script></head></html>',
      'blocked',
    ],
    [
      'an error object on several lines',
      '{\n  "error": "Model is overloaded",\n  "status": 503\n}\n',
      'overloaded',
    ],
    ['a list on several lines that is no answer', '[\n  1\n]\n', 'invalid-response'],
    ['a sentence', 'Service restarting\n', 'invalid-response'],
    ['an error object', '{"error":"You have to be logged in.","status":401}', 'auth'],
    [
      'an error object of SvelteKit',
      '{"message":"You are sending too many messages. Try again later."}',
      'rate-limited',
    ],
    [
      'broken JSON between good lines',
      '{"type":"stream","token":"a"}\n{"type":\n{"type":"x"}\n',
      'invalid-response',
    ],
    ['a broken event', 'data:{"token":\n\ndata:{}\n\n', 'invalid-response'],
    ['an event that is no object', 'data:"hello"\n\n', 'invalid-response'],
    ['nothing', '', 'truncated'],
    ['white space', ' \n\n \n', 'truncated'],
    ['comments', ':\n\n: ping\n\n', 'truncated'],
    ['half a line', '{"type":"stream","tok', 'truncated'],
    ['half an event', 'data:{"token":{"text":"a', 'truncated'],
    ['no end', '{"type":"stream","token":"a"}\n', 'truncated'],
  ])('%s is a failure of its own kind', (_what, body, code) => {
    expect(decodeText(body).failure?.code).toBe(code);
  });

  it('a page without an end fails once its head is known', () => {
    const endless = `<html><head><title>Hm</title>\n${'<p>more</p>\n'.repeat(1_000)}`;
    const decoder = createReplyDecoder(contextOf());
    expect(() => decoder.push(Buffer.from(endless), [])).toThrow('sent a web page');
  });

  it('noise within an answer does not matter', () => {
    const body = `${updates({ type: 'stream', token: 'Hi' })}keep going\n${updates({ type: 'finalAnswer', text: 'Hi' })}`;
    expect(decodeText(body).events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
  });

  it('a line without an end is refused before it fills the memory', () => {
    expect(decode([Buffer.alloc(9 * 1024 * 1024, 0x61)]).failure?.code).toBe('invalid-response');
  });
});
