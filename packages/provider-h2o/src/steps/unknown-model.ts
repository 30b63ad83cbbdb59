import { type ChatError, closest } from '@sluice/core';
import { fetchModels, modelPathsOf } from '../wire/models.ts';
import { type Refusal, reworded } from '../wire/refusal.ts';
import type { Call } from './call.ts';

/** How many models an error names. */
const mostNamed = 10;

/**
 * What a refusal without a reason means. For a model that it doesn't have, a server says 500 "Internal Error" until 2024-03
 * and 400 "Invalid request" since: so its model list is asked, where it has one. If the model is not on it, that was it; if
 * there is no list, the error says what it may have been.
 */
export async function modelRefused(call: Call, { error }: Refusal): Promise<ChatError> {
  const { model, provider } = call.about;
  const models = await fetchModels(
    modelPathsOf(call.candidates),
    call.site,
    call.session,
    call.scope,
    call.about,
  ).catch(() => undefined);
  call.scope.throwIfCancelled();
  if (!models || models.length === 0) {
    const hint = `chat-ui answers so for a model that it does not have: check that ${JSON.stringify(model)} is one of its models`;
    return reworded(error, error.code, `${error.message}; ${hint}`);
  }
  const ids = models.map(({ id }) => id);
  if (ids.includes(model)) return error;
  const near = closest(model, ids);
  const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : '';
  const hint =
    near === undefined ? `it has ${ids.slice(0, mostNamed).join(', ')}${more}` : `did you mean ${near}?`;
  return reworded(
    error,
    'model-not-found',
    `${provider} has no model ${JSON.stringify(model)} there; ${hint}`,
  );
}
