import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bounded, redact } from './redact.ts';

describe('redact: credentials', () => {
  it.each([
    ['Authorization was Bearer abcdef123456', 'Authorization was [redacted]'],
    ['basic dXNlcjpwYXNz is wrong', '[redacted] is wrong'],
    ['Incorrect API key provided: sk-proj-abcdefghijkl.', 'Incorrect API key provided: [redacted].'],
    ['key gsk_1234567890 and hf_abcdefgh', 'key [redacted] and [redacted]'],
    ['token eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2lnbmF0dXJl!', 'token [redacted]!'],
    ['{"api_key":"abcd1234","a":1}', '{"api_key":"[redacted]","a":1}'],
    ['api-key=abcd1234&b=2', 'api-key=[redacted]&b=2'],
    ['password: hunter22', 'password: [redacted]'],
    ["secret = 'abcd1234'", "secret = '[redacted]'"],
    ['{"refresh_token":"abcd1234"}', '{"refresh_token":"[redacted]"}'],
    [String.raw`{"text":"say \"password: hunter22\""}`, String.raw`{"text":"say \"password: [redacted]\""}`],
    [String.raw`{"text":"password: hun\\ter22\nand"}`, String.raw`{"text":"password: [redacted]\nand"}`],
  ])('%s', (text, safe) => {
    expect(redact(text)).toBe(safe);
  });

  it.each(['the secret is out', 'sk-', 'bearer of bad news', 'a basic question.', 'no credentials at all'])(
    'leaves ordinary words: %s',
    (text) => expect(redact(text)).toBe(text),
  );

  it('takes out the exact values that a call used, the longest first', () => {
    const credentials = ['hf-chat=abcd', 'hf-chat=abcd1234', 'abc'];
    expect(redact('got hf-chat=abcd1234 abc', { credentials })).toBe('got [redacted] abc');
  });
});

describe('redact: prompts', () => {
  const prompt = 'My neighbour’s name is\n"Zoë 🙂", and nobody may know.';

  it.each([
    ['as it is', prompt],
    ['with its white space made even', prompt.replace(/\s+/g, ' ')],
    ['as JSON', JSON.stringify(prompt).slice(1, -1)],
    ['as ASCII JSON', 'My neighbour\\u2019s name is\\n\\"Zo\\u00eb \\ud83d\\ude42\\", and nobody may know.'],
  ])('are found %s', (_how, echoed) => {
    expect(redact(`you said: ${echoed} Twice: ${echoed}`, { prompts: [prompt] })).toBe(
      'you said: [prompt] Twice: [prompt]',
    );
  });

  it('are found where only their beginning is there', () => {
    expect(redact(`you said: ${prompt.slice(0, 30)}… (cut)`, { prompts: [prompt] })).toBe(
      'you said: [prompt]… (cut)',
    );
  });

  it('are found whole where one begins with another', () => {
    const longer = 'You are a helpful assistant who knows the secret word.';
    const prompts = [longer.slice(0, 27), longer];
    expect(redact(`system: ${longer}`, { prompts })).toBe('system: [prompt]');
  });

  it('are found to their end, however much white space they have', () => {
    const spaced = `Tell me${' '.repeat(500)}everything about my neighbour`;
    expect(redact('you said: Tell me everything about my neighbour.', { prompts: [spaced] })).toBe(
      'you said: [prompt].',
    );
    // What is left of this one could stand in any text.
    expect(redact('a b c', { prompts: [`a${' '.repeat(500)}b`] })).toBe('a b c');
  });

  it('may have megabytes, and there may be thousands', () => {
    const prompts = ['\u4e2d\u6587\u8f93\n', 'lorem "ipsum" dolor\n', 'x'].map((text) =>
      text.repeat(4_000_000),
    );
    const many = Array.from({ length: 10_000 }, (_, index) => `prompt number ${index} `.repeat(40));
    const echoed = prompts.map((prompt) => JSON.stringify(prompt.slice(0, 20_000))).join(' ');
    for (let times = 0; times < 3; times += 1) {
      expect(redact(echoed, { prompts: [...prompts, ...many] })).toBe('"[prompt]" "[prompt]" "[prompt]"');
    }
  });

  it('are left where they are so short that any text could have them', () => {
    expect(redact('no such model', { prompts: ['model', '   ', ''] })).toBe('no such model');
  });

  it('never survive, wherever and however often they stand', () => {
    fc.assert(
      fc.property(
        fc
          .string({ unit: 'binary', minLength: 16, maxLength: 60 })
          .filter((text) => text.trim().length >= 16),
        fc.array(fc.string({ maxLength: 10 }), { minLength: 1, maxLength: 4 }),
        (secret, around) => {
          const text = around.join(`<${secret}>`);
          const left = redact(text, { prompts: [secret] });
          expect(left.includes(secret.trim())).toBe(false);
        },
      ),
    );
  });
});

describe('bounded', () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'longe… (1 more characters)'],
    ['', 0, ''],
  ])('%j to %i', (text, most, cut) => {
    expect(bounded(text, most)).toBe(cut);
  });
});
