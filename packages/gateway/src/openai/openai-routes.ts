import type { FastifyInstance } from 'fastify';
import { answerChat, noSuchModel } from '../chat/answer-chat.ts';
import { callerOf } from '../server/access-hooks.ts';
import { findModel, modelObject } from './models.ts';
import { openaiWire } from './openai-wire.ts';

/** The endpoints that OpenAI's clients call. */
export function addOpenaiRoutes(instance: FastifyInstance): void {
  instance.post(
    '/v1/chat/completions',
    { config: { sluice: { access: 'key' }, rateLimit: {} } },
    (request, reply) => answerChat(request, reply, openaiWire),
  );

  instance.get('/v1/models', { config: { sluice: { access: 'key' } } }, async ({ sluice }) => {
    const key = callerOf(sluice);
    const models = await sluice.generation.models.all();
    return { object: 'list', data: models.filter(({ id }) => key?.allows(id) ?? true).map(modelObject) };
  });

  // Ids hold slashes and colons.
  instance.get<{ Params: { '*': string } }>(
    '/v1/models/*',
    { config: { sluice: { access: 'key' } } },
    async ({ sluice, params: { '*': id } }) => {
      const key = callerOf(sluice);
      const found =
        (key?.allows(id) ?? true) ? findModel(await sluice.generation.models.all(), id) : undefined;
      if (!found) throw noSuchModel(id);
      return modelObject(found);
    },
  );
}
