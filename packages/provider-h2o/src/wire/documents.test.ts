import { describe, expect, it } from 'vitest';
import { documents } from '../replies.fixture.ts';
import { parentInApi, parentInData, readCreated } from './created-conversation.ts';
import { readModels } from './models.ts';

const about = { provider: 'h2o', model: 'm', secrets: {} };
const document = (name: string): string => documents[name] ?? '';
const models = (name: string): unknown => readModels(JSON.parse(document(name)));

describe('the reply to a create', () => {
  it('tells the conversation alone until 2026-07', () => {
    expect(readCreated(document('created-c'), about)).toEqual({
      id: '6b01981acf9ae314712ecbdb',
      parentId: undefined,
    });
  });

  it('tells the message to append to as well since then', () => {
    expect(readCreated(document('created-e'), about)).toEqual({
      id: '6b0198deab43280182ae5b0a',
      parentId: '99da8fcb-b2f2-43ff-9d2e-3cb8d64fe481',
    });
  });

  it.each([
    ['{"conversationId":"c","conversation":"not json"}', undefined],
    ['{"conversationId":"c","conversation":"{\\"json\\":{\\"messages\\":[]}}"}', undefined],
    ['{"conversationId":"c","conversation":{"rootMessageId":"r","messages":[{}]}}', 'r'],
    ['{"conversationId":"c","conversation":{"rootMessageId":"r","messages":[]}}', 'r'],
    ['{"conversationId":"c","conversation":{"rootMessageId":"r"}}', 'r'],
  ])('may hold a conversation that tells nothing: %s', (body, parentId) => {
    expect(readCreated(body, about)).toEqual({ id: 'c', parentId });
  });

  it.each([
    ['', 'invalid-response'],
    ['[]', 'invalid-response'],
    ['{"conversationId":7}', 'invalid-response'],
    ['{"conversationId":""}', 'invalid-response'],
    ['{"conversationId":".."}', 'invalid-response'],
    ['{"conversationId":"\\ud800"}', 'invalid-response'],
    [`{"conversationId":"${'x'.repeat(10_000)}"}`, 'invalid-response'],
    ['<html><title>Sign in</title></html>', 'invalid-response'],
    ['<html><title>Just a moment...</title></html>', 'blocked'],
    ['{"error":"Model is overloaded"}', 'overloaded'],
  ])('without a conversation is a failure: %j', (body, code) => {
    expect(() => readCreated(body, about)).toThrow(expect.objectContaining({ code }));
  });
});

describe('the message to append to', () => {
  it('is in the data of the page, where messages are a tree', () => {
    expect(parentInData(document('conversation-data-c'))).toEqual({
      parentId: '84b67e96-fc36-4a88-be34-d0893d585f2c',
    });
  });

  it('is not where there is no tree', () => {
    expect(parentInData(document('conversation-data-b'))).toBe('none');
    expect(parentInApi('{"id":"x","messages":[]}')).toBe('none');
  });

  it('is not known from what tells nothing of it', () => {
    const strange = [
      '',
      '<html></html>',
      '{}',
      '{"type":"data"}',
      '{"type":"data","nodes":[{"data":7},null]}',
    ];
    expect(strange.map(parentInData)).toEqual(strange.map(() => undefined));
    expect(['', '[]', '{"messages":{}}', '{"messages":[7]}'].map(parentInApi)).toEqual(
      Array(4).fill(undefined),
    );
    const odd = '{"type":"data","nodes":[{"data":[{"messages":1},[-1,2],{"id":-1}]}]}';
    expect(parentInData(odd)).toBeUndefined();
  });
});

describe('model lists', () => {
  it('of 2023 are in the data of the start page', () => {
    expect(models('models-a')).toEqual([
      { id: 'local/fake-tgi', title: 'Fake TGI', source: 'upstream' },
      { id: 'local/other', source: 'upstream' },
    ]);
  });

  it('of 2024 are plain JSON', () => {
    expect(models('models-c')).toEqual([{ id: 'local/fake-tgi', title: 'Fake TGI', source: 'upstream' }]);
  });

  it('of 2026 are wrapped', () => {
    expect(models('models-e')).toEqual([
      { id: 'local/fake-openai', source: 'upstream' },
      { id: 'local/second', source: 'upstream' },
    ]);
  });

  it('leave out what is not on offer, and what is no model', () => {
    expect(readModels([{ id: 'a' }, { id: 'b', unlisted: true }, null, {}, { name: 'c' }])).toEqual([
      { id: 'a', source: 'upstream' },
      { id: 'c', source: 'upstream' },
    ]);
    expect([undefined, {}, 'x', { type: 'data', nodes: [] }].map(readModels)).toEqual(
      Array(4).fill(undefined),
    );
  });
});
