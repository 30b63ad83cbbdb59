import type { ChatRequest, Message } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { type BodyDefaults, type ChatBody, chatBody } from './chat-body.ts';

const defaults: BodyDefaults = {
  defaultSystem: 'Be useful.',
  greeting: undefined,
  temperature: 0.7,
  nsfw: false,
  promptId: undefined,
};

function bodyOf(messages: readonly Message[], more: Partial<ChatRequest & BodyDefaults> = {}): ChatBody {
  const { temperature, providerOptions, ...changed } = more;
  const request = {
    model: 'gpt-3.5-turbo',
    messages,
    ...(temperature === undefined ? {} : { temperature }),
    ...(providerOptions === undefined ? {} : { providerOptions }),
  };
  return chatBody(request, { ...defaults, ...changed });
}

const ask: Message = { role: 'user', content: 'What is a sluice?' };

describe('a request body', () => {
  it('has the fields of the original client, in their order', () => {
    expect(Object.entries(bodyOf([ask]))).toEqual([
      ['model', 'gpt-3.5-turbo'],
      ['nsfw', false],
      ['question', 'What is a sluice?'],
      ['history', []],
      ['system', 'Be useful.'],
      ['temperature', 0.7],
      ['promptId', 'model-gpt-3.5-turbo'],
      ['documentIds', []],
      ['chatFileDocumentIds', []],
      ['generateImage', false],
      ['generateAudio', false],
    ]);
  });

  it('takes the temperature of the request, also 0', () => {
    expect(bodyOf([ask], { temperature: 0 }).temperature).toBe(0);
  });

  it('takes nsfw, promptId and documents from providerOptions.flowgpt', () => {
    const flowgpt = { nsfw: true, promptId: 'my-prompt', documentIds: ['d1'], chatFileDocumentIds: ['c1'] };
    expect(bodyOf([ask], { providerOptions: { flowgpt, h2o: { nsfw: false } } })).toMatchObject(flowgpt);
  });

  it('puts a greeting before the history only where one is wanted', () => {
    const messages: Message[] = [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }, ask];
    const turns = messages.slice(0, 2);
    expect(bodyOf(messages).history).toEqual(turns);
    expect(bodyOf(messages, { greeting: 'Good day.' } as Partial<BodyDefaults>).history).toEqual([
      { role: 'assistant', content: 'Good day.' },
      ...turns,
    ]);
  });

  it('joins all system and developer texts, as they are, in their order', () => {
    const { system, history } = bodyOf([
      { role: 'system', content: 'S1' },
      { role: 'developer', content: 'D' },
      ask,
      { role: 'system', content: 'S2\n' },
      { role: 'system', content: '' },
    ]);
    expect(system).toBe('S1\nD\nS2\n\n');
    expect(history).toEqual([]);
  });

  it.each([
    ['no system message', []],
    [
      'only blank ones',
      [{ role: 'system', content: '' } as const, { role: 'system', content: ' ' } as const],
    ],
  ])('sends the default system text when there is %s', (_what, system: Message[]) => {
    expect(bodyOf([...system, ask]).system).toBe('Be useful.');
  });
});

describe('bug 14: who stands last is not always who asks', () => {
  const earlier: Message[] = [
    { role: 'user', content: 'first' },
    { role: 'assistant', content: 'answer' },
  ];

  it('a system message that stands last is sent once, and the user still asks', () => {
    expect(bodyOf([...earlier, ask, { role: 'system', content: 'Be brief.' }])).toMatchObject({
      question: 'What is a sluice?',
      history: earlier,
      system: 'Be brief.',
    });
  });

  it('an assistant message that stands last is history, and the user still asks', () => {
    expect(bodyOf([...earlier, ask, { role: 'assistant', content: 'A sluice is' }])).toMatchObject({
      question: 'What is a sluice?',
      history: [...earlier, { role: 'assistant', content: 'A sluice is' }],
    });
  });

  it('a conversation without a user message is refused', () => {
    expect(() => bodyOf([{ role: 'system', content: 'Be brief.' }])).toThrow(
      'messages has no user message: FlowGPT needs one as its question',
    );
  });
});

describe('bug 15: content in parts, and fields that are not the wire’s', () => {
  const parts = (...texts: string[]): Message['content'] => texts.map((text) => ({ type: 'text', text }));

  it('parts become text in the question, the history and the system text', () => {
    expect(
      bodyOf([
        { role: 'system', content: parts('S', '1') },
        { role: 'user', content: parts('first ', 'question') },
        { role: 'assistant', content: parts('ok') },
        { role: 'user', content: parts('part one ', 'part two') },
      ]),
    ).toMatchObject({
      system: 'S1',
      history: [
        { role: 'user', content: 'first question' },
        { role: 'assistant', content: 'ok' },
      ],
      question: 'part one part two',
    });
  });

  it.each([
    ['an empty text', ''],
    ['white space', ' \n'],
    ['no parts', []],
  ])('a question of %s is refused before anything is sent', (_what, content) => {
    expect(() =>
      bodyOf([
        { role: 'user', content: 'a' },
        { role: 'user', content },
      ]),
    ).toThrow('messages[1].content has no text: FlowGPT needs the last user message as its question');
  });

  it('history has role and content alone', () => {
    const { history } = bodyOf([{ role: 'user', content: 'a', name: 'bob' }, ask]);
    expect(history).toEqual([{ role: 'user', content: 'a' }]);
  });
});
