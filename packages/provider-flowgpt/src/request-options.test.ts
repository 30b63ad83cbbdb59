import { describe, expect, it } from 'vitest';
import { checkRequestOptions } from './request-options.ts';

describe('providerOptions.flowgpt', () => {
  it('may be anything that the wire has', () => {
    expect(() =>
      checkRequestOptions({
        nsfw: true,
        promptId: 'p',
        documentIds: [],
        chatFileDocumentIds: ['c'],
      }),
    ).not.toThrow();
    expect(() => checkRequestOptions({ nsfw: undefined })).not.toThrow();
  });

  it.each([
    [{ nsfw: 'yes' }, 'providerOptions.flowgpt.nsfw must be true or false'],
    [{ promptId: '' }, 'providerOptions.flowgpt.promptId must be a non-empty string'],
    [{ documentIds: 'd1' }, 'providerOptions.flowgpt.documentIds must be an array of strings'],
    [{ chatFileDocumentIds: [1] }, 'providerOptions.flowgpt.chatFileDocumentIds must be an array of strings'],
    [
      { promptID: 'p' },
      'providerOptions.flowgpt.promptID is not an option of FlowGPT; did you mean promptId?',
    ],
    [
      { generateImage: true },
      'providerOptions.flowgpt.generateImage is not an option of FlowGPT; there are nsfw, promptId, documentIds, chatFileDocumentIds',
    ],
    [
      { constructor: 1 },
      'providerOptions.flowgpt.constructor is not an option of FlowGPT; there are nsfw, promptId, documentIds, chatFileDocumentIds',
    ],
  ])('%j is refused', (options, message) => {
    expect(() => checkRequestOptions(options)).toThrow(message);
  });
});
