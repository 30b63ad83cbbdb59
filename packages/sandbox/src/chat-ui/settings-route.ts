import type { Exchange } from '../exchange.ts';
import { sendBody } from '../reply.ts';
import { negotiate } from './accept.ts';
import { InternalError } from './chat-ui-error.ts';
import { type ChatUiContext, sendDone, withCookie } from './context.ts';
import { formText, parseForm } from './form-body.ts';
import { type Fields, readJsonBody } from './message-request.ts';
import { errorPage } from './pages.ts';

function checkModel(context: ChatUiContext, model: string | undefined): void {
  if (model !== undefined && context.era.settingsCheckModel && !context.models.includes(model)) {
    throw new InternalError('unknown model');
  }
}

function save(context: ChatUiContext, session: string, accepted: boolean, model: string | undefined): void {
  context.sessions.change(session, {
    ...(accepted && { modalAcceptedAt: new Date() }),
    ...(model !== undefined && { activeModel: model }),
  });
}

/** Era A: a form action. Any text in a flag, `false` too, means true; only its absence means false. */
async function postForm(context: ChatUiContext, exchange: Exchange, session: string): Promise<void> {
  const asJson =
    negotiate(exchange.headers.accept ?? '*/*', ['application/json', 'text/html']) === 'application/json';
  const headers = (type: string): Record<string, string> => ({ 'content-type': type });
  try {
    const fields = parseForm(exchange.headers['content-type'] ?? '', exchange.body);
    if (fields === undefined) throw new InternalError('not a form');
    const model = formText(fields, 'activeModel');
    checkModel(context, model);
    save(context, session, Boolean(formText(fields, 'ethicsModalAccepted')), model);
  } catch (error) {
    if (!(error instanceof InternalError)) throw error;
    const body = asJson
      ? JSON.stringify({ type: 'error', error: { message: 'Internal Error' } })
      : errorPage(500, 'Internal Error');
    const head = withCookie(context, exchange, session, headers(asJson ? 'application/json' : 'text/html'));
    return sendBody(exchange, { status: 500, headers: head }, body);
  }
  const location = exchange.headers.referer ?? '/';
  if (!asJson) {
    return sendBody(
      exchange,
      { status: 303, headers: withCookie(context, exchange, session, { location }) },
      '',
    );
  }
  const head = withCookie(context, exchange, session, headers('application/json'));
  return sendBody(
    exchange,
    { status: 200, headers: head },
    JSON.stringify({ type: 'redirect', status: 303, location }),
  );
}

function flag(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (value !== undefined && typeof value !== 'boolean') throw new InternalError(`${name} is no boolean`);
  return value === true;
}

/**
 * Saves settings that come as JSON.
 * @throws {InternalError} When the body is no JSON object, or a flag is no boolean.
 */
export function postSettingsJson(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const fields = readJsonBody(exchange);
  flag(fields, 'shareConversationsWithModelAuthors');
  const accepted = flag(fields, context.era.welcomeModal ? 'ethicsModalAccepted' : 'welcomeModalSeen');
  const model = fields.activeModel;
  if (model !== undefined && typeof model !== 'string') throw new InternalError('activeModel is no string');
  checkModel(context, model);
  save(context, session, accepted, model);
  return sendDone(context, exchange, session, headers);
}

/** `POST /settings`, in the form of the era. */
export function postSettings(context: ChatUiContext, exchange: Exchange, session: string): Promise<void> {
  const post = context.era.settings === 'form' ? postForm : postSettingsJson;
  return post(context, exchange, session);
}
