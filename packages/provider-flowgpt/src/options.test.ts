import { describe, expect, it } from 'vitest';
import { createFlowGpt } from './create-flowgpt.ts';

describe('options', () => {
  it.each([
    [{ baseUrl: 'http://localhost' }, 'baseUrl is not an option of flowgpt; did you mean baseURL?'],
    [{ baseURL: 5 }, 'option baseURL of flowgpt must be an http:// or https:// address'],
    [{ baseURL: 'flowgpt.com' }, 'option baseURL of flowgpt must be'],
    [{ baseURL: 'http://localhost/?key=secret' }, 'option baseURL of flowgpt must be'],
    [{ models: [] }, 'option models of flowgpt must be'],
    [{ models: 'one' }, 'option models of flowgpt must be'],
    [{ temperature: Number.NaN }, 'option temperature of flowgpt must be a number of 0 or more'],
    [{ nsfw: 'yes' }, 'option nsfw of flowgpt must be true or false'],
    [{ end: 'never' }, 'option end of flowgpt must be auto, event or body'],
    [{ timeout: 'long' }, 'option timeout of flowgpt must be'],
    [{ greeting: 5 }, 'option greeting of flowgpt must be a text'],
  ])('that cannot work are refused, without their value: %j', (options, message) => {
    const make = (): unknown => createFlowGpt(options as object);
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-request' }));
    expect(make).toThrow(message);
    expect(make).not.toThrow('secret');
  });

  it('that are not set are as if they were not there', async () => {
    await createFlowGpt({ baseURL: undefined, proxy: undefined } as object).close();
  });
});
