import type { ChatEvent } from '@sluice/core';
import { isRecord, type JsonRecord, textField } from '../wire/json-value.ts';
import { withoutPadding } from './padding.ts';

/** What an update of eras B to E does to an answer. */
export interface AnswerSink {
  /** A piece of the answer. */
  text(token: string): void;
  /** The whole answer as the server has it: the end. `interrupted`: somebody stopped it there. */
  finalText(text: string, interrupted: boolean): void;
  /** The server says that all is over. */
  finished(): void;
  /** The server says that it failed. */
  failed(message: string | undefined, status: number | undefined): void;
  /** An event that goes to the caller as it is. */
  event(event: ChatEvent): void;
}

/**
 * What each type of update means. Types that are not here are known to say nothing about the answer, or are not known at
 * all: either way they are no reason to fail.
 *
 * Passed over on purpose: `title` (of the conversation, which is deleted), `tool` (what the server's own tools do; their
 * outcome is in the text), the progress of a `webSearch`.
 */
const handlers: { readonly [type: string]: (update: JsonRecord, answer: AnswerSink) => void } = {
  stream: (update, answer) => {
    if (typeof update.token === 'string') answer.text(update.token);
  },
  finalAnswer: (update, answer) => {
    answer.finalText(typeof update.text === 'string' ? update.text : '', update.interrupted === true);
  },
  status: (update, answer) => {
    if (update.status === 'finished') answer.finished();
    if (update.status !== 'error') return;
    answer.failed(
      textField(update, 'message'),
      typeof update.statusCode === 'number' ? update.statusCode : undefined,
    );
  },
  reasoning: (update, answer) => {
    const token = update.subtype === 'stream' ? textField(update, 'token') : undefined;
    if (token !== undefined) answer.event({ type: 'reasoning-delta', text: withoutPadding(token) });
  },
  webSearch: (update, answer) => {
    if (!Array.isArray(update.sources)) return;
    for (const source of update.sources) {
      if (!isRecord(source)) continue;
      const url = textField(source, 'link');
      const title = textField(source, 'title');
      if (url === undefined && title === undefined) continue;
      answer.event({
        type: 'source',
        ...(url === undefined ? {} : { url }),
        ...(title === undefined ? {} : { title }),
      });
    }
  },
  routerMetadata: (update, answer) => {
    const model = textField(update, 'model');
    if (model !== undefined) answer.event({ type: 'response-metadata', model });
  },
  file: (update, answer) => {
    const mime = textField(update, 'mime');
    answer.event(ignored('file', `a file${mime === undefined ? '' : ` (${mime})`}, which is not delivered`));
  },
  elicitation: (update, answer) => {
    if (update.subtype === 'request' || update.request !== undefined) {
      answer.event(
        ignored('elicitation', 'a question to the user in mid-answer, which cannot be answered here'),
      );
    }
  },
};

/** Reads one update. */
export function readUpdate(update: JsonRecord, answer: AnswerSink): void {
  const type = String(update.type);
  if (Object.hasOwn(handlers, type)) handlers[type]?.(update, answer);
}

function ignored(feature: string, what: string): ChatEvent {
  return { type: 'warning', code: 'ignored-content', feature, message: `the server sent ${what}` };
}
