import { describe, expect, it } from 'vitest';
import { createH2o } from './create-h2o.ts';
import type { H2oOptions } from './options.ts';

describe('options', () => {
  it.each([
    [{ baseUrl: 'http://x' }, 'baseUrl is not an option of h2o; did you mean baseURL?'],
    [{ baseURL: 'gpt-gm.h2o.ai' }, 'option baseURL of h2o must be an http:// or https:// address'],
    [{ baseURL: 'http://x/?a=1' }, 'without a query'],
    [{ baseURL: 'http://me:secret@x/' }, 'without a user name'],
    [{ era: 'f' }, 'option era of h2o must be auto, a, b, c, d, e'],
    [{ era: 'toString' }, 'option era of h2o must be'],
    [{ models: [] }, 'option models of h2o must be an array of model ids'],
    [{ cookie: 'hf-chat=1; b=2' }, 'option cookie of h2o must be the value alone'],
    [{ cookieName: 'a b' }, 'option cookieName of h2o must be a cookie name'],
    [
      { parameters: { temprature: 1 } },
      'option parameters.temprature is not a parameter of this wire; did you mean temperature?',
    ],
    [{ thinkTags: 'hide' }, 'option thinkTags of h2o must be text or reasoning'],
    [{ cleanupTimeoutMs: 0 }, 'option cleanupTimeoutMs of h2o must be a number of milliseconds above 0'],
    [{ promptFormat: 'plain' }, 'option promptFormat of h2o must be a function'],
    [{ keepConversation: 'yes' }, 'option keepConversation of h2o must be true or false'],
  ])('that are wrong are named: %j', (options, message) => {
    const make = (): unknown => createH2o(options as H2oOptions);
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-request' }));
    expect(make).toThrow(message);
  });

  it('may all be left out, or be undefined', async () => {
    await createH2o().close();
    await createH2o({ baseURL: undefined } as unknown as H2oOptions).close();
  });

  it('never have their values in a message: one of them is a credential', () => {
    expect(() => createH2o({ cookie: 'top secret' })).not.toThrow('top secret');
  });
});
