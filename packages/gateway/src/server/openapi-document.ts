import { inputJsonSchema } from '../openai/request/list-schema.ts';
import { requestSchema } from '../openai/request/request-schema.ts';

type Json = { readonly [key: string]: unknown };

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json): Json => ({ 'application/json': { schema } });
const failure = (description: string, headers?: Json): Json => ({
  description,
  ...(headers === undefined ? {} : { headers }),
  content: json(reference('Error')),
});
const string: Json = { type: 'string' };
const object: Json = { type: 'object' };
const list = (items: Json): Json => ({
  type: 'object',
  required: ['object', 'data'],
  properties: { object: { const: 'list' }, data: { type: 'array', items } },
});

const waitHeaders: Json = {
  'retry-after': { description: 'When to come again, in seconds.', schema: { type: 'integer' } },
  'retry-after-ms': { description: 'The same in milliseconds.', schema: { type: 'integer' } },
};

/** The failures that any endpoint with a key can answer. */
const guarded: Json = {
  '401': failure('No key, or a wrong one.'),
  '403': failure('Not for this key, or not from there.'),
  '429': failure('Too many requests; `Retry-After` says when to come again.', waitHeaders),
  '503': failure('Shutting down, or full.', waitHeaders),
};

const asking: Json = {
  ...guarded,
  '400': failure('A wrong or unsupported field, or broken JSON.'),
  '404': failure('No such model.'),
  '413': failure('The body is too large.'),
  '415': failure('The body is not JSON.'),
};

const answerHeaders: Json = {
  'x-request-id': { description: "The request's id, in logs too.", schema: string },
  'x-sluice-route': { description: 'Who answered and why.', schema: string },
  'x-sluice-warnings': { description: 'What was asked for and not given.', schema: string },
};

/** What any request can be answered: 400, 405, 408, 415, 417 or 431 before it is read, and 500 for a mistake of the gateway. */
const anyFailure = failure('Any other failure, in the same shape.');

const operation = (id: string, summary: string, { responses, ...rest }: Json): Json => ({
  operationId: id,
  summary,
  ...rest,
  responses: { ...(responses as Json), default: anyFailure },
});

/** The description of every endpoint, as OpenAPI 3.1. The request's schema is the one that requests are checked with. */
export function openapiDocument(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice gateway',
      version: '1',
      summary: "OpenAI's Chat Completions before several providers.",
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }, {}],
    paths: {
      '/v1/chat/completions': {
        post: operation('createChatCompletion', 'Asks for an answer, whole or as a stream.', {
          requestBody: { required: true, content: json(reference('ChatCompletionRequest')) },
          responses: {
            '200': {
              description: 'The answer. A stream that failed ends with an error event and has no `[DONE]`.',
              headers: answerHeaders,
              content: {
                ...json(reference('ChatCompletion')),
                'text/event-stream': { schema: string },
              },
            },
            ...asking,
            '502': failure('Every upstream that was tried failed.'),
            '504': failure('No upstream answered in time.'),
          },
        }),
      },
      '/v1/models': {
        get: operation('listModels', 'Routes and models that can be asked for.', {
          responses: {
            '200': { description: 'The models.', content: json(list(reference('Model'))) },
            ...guarded,
          },
        }),
      },
      '/v1/models/{id}': {
        get: operation('retrieveModel', 'One model.', {
          parameters: [{ name: 'id', in: 'path', required: true, schema: string }],
          responses: {
            '200': { description: 'The model.', content: json(reference('Model')) },
            ...guarded,
            '404': failure('No such model, or not for this key.'),
          },
        }),
      },
      '/v1/route/plan': {
        post: operation('planRoute', 'Where a request would go now and why, without sending it.', {
          requestBody: { required: true, content: json(reference('ChatCompletionRequest')) },
          responses: {
            '200': { description: 'The plan.', content: json(reference('RoutePlan')) },
            ...asking,
          },
        }),
      },
      '/v1/providers': {
        get: operation('listProviders', 'Providers, their targets and how they stand.', {
          responses: { '200': { description: 'The providers.', content: json(list(object)) }, ...guarded },
        }),
      },
      '/healthz': { get: probe('health', 'The process lives.') },
      '/readyz': {
        get: operation('ready', 'It takes requests.', {
          security: [],
          responses: {
            '200': { description: 'Yes.', content: json(object) },
            '503': { description: 'It is draining.', content: json(object) },
          },
        }),
      },
      '/metrics': {
        get: operation('metrics', 'Counters for Prometheus.', {
          responses: {
            '200': { description: 'The counters.', content: { 'text/plain': { schema: string } } },
            ...guarded,
          },
        }),
      },
      '/openapi.json': { get: probe('openapi', 'This document.') },
    },
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: {
        ChatCompletionRequest: inputJsonSchema(requestSchema),
        ChatCompletion: {
          type: 'object',
          required: ['id', 'object', 'created', 'model', 'choices'],
          properties: {
            id: string,
            object: { const: 'chat.completion' },
            created: { type: 'integer' },
            model: string,
            choices: { type: 'array', items: object },
            usage: object,
          },
        },
        Model: {
          type: 'object',
          required: ['id', 'object', 'created', 'owned_by'],
          properties: {
            id: string,
            object: { const: 'model' },
            created: { type: 'integer' },
            owned_by: string,
          },
        },
        RoutePlan: {
          type: 'object',
          required: ['object', 'decision', 'explanation', 'warnings'],
          properties: {
            object: { const: 'route.plan' },
            decision: object,
            explanation: { type: 'array', items: string },
            warnings: { type: 'array', items: string },
          },
        },
        Error: {
          type: 'object',
          required: ['error'],
          properties: {
            error: {
              type: 'object',
              required: ['message', 'type', 'param', 'code'],
              properties: {
                message: string,
                type: string,
                param: { type: ['string', 'null'] },
                code: string,
              },
            },
          },
        },
      },
    },
  };
}

function probe(id: string, description: string): Json {
  return operation(id, description, {
    security: [],
    responses: { '200': { description, content: json(object) } },
  });
}
