import { errorFromPage, isPage, type ModelInfo, parseJson } from '@sluice/core';
import type { HttpHead } from '@sluice/core/http';
import { type AnswerOrigin, errorFromMessage, isErrorMessage, notTheProtocol } from './answer-errors.ts';
import { isObject, type JsonObject } from './json-value.ts';

/** Where servers say how many tokens a model can read; the first that is a number counts. */
const contextFields: readonly ((model: JsonObject) => unknown)[] = [
  // vLLM
  (model) => model.max_model_len,
  // OpenRouter, Together
  (model) => model.context_length,
  // Groq
  (model) => model.context_window,
  // LM Studio, Mistral
  (model) => model.max_context_length,
  // llama.cpp
  (model) => (isObject(model.meta) ? (model.meta.n_ctx ?? model.meta.n_ctx_train) : undefined),
];

/**
 * Reads the answer of `/v1/models`: OpenAI's `{data: […]}`, or the bare list that some servers send. Throws
 * `invalid-response`, `blocked` for a challenge page, or the error that the server reports in a `200`.
 */
export function readModels(
  body: string,
  head: HttpHead,
  origin: Omit<AnswerOrigin, 'model'>,
): readonly ModelInfo[] {
  if (isPage(body)) throw errorFromPage(body, { ...origin, status: head.status });
  const answer = parseJson(body, `the model list of ${origin.provider}`);
  const models = Array.isArray(answer) ? answer : isObject(answer) ? answer.data : undefined;
  if (Array.isArray(models)) return models.flatMap(readModel);
  if (isErrorMessage(answer)) throw errorFromMessage(answer, { ...origin, model: '' });
  throw notTheProtocol('sent a model list without data', body, { ...origin, model: '' });
}

function readModel(model: unknown): readonly ModelInfo[] {
  if (typeof model === 'string') return [{ id: model, source: 'upstream' }];
  if (!isObject(model) || typeof model.id !== 'string' || model.id === '') return [];
  const { id, name, created, owned_by: ownedBy } = model;
  const contextTokens = contextFields
    .map((read) => read(model))
    .find((tokens): tokens is number => typeof tokens === 'number' && tokens > 0);
  return [
    {
      id,
      ...(typeof name === 'string' && name !== '' && name !== id ? { title: name } : {}),
      ...(typeof ownedBy === 'string' && ownedBy !== '' ? { ownedBy } : {}),
      ...(typeof created === 'number' && created > 0 ? { createdAtMs: created * 1_000 } : {}),
      ...(contextTokens === undefined ? {} : { contextTokens }),
      source: 'upstream',
    },
  ];
}
