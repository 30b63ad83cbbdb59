import type { ChatRequest } from '@sluice/core';

/** What an HTTP client got of a gateway. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The code of OpenAI's error object: as the body, or as an event of the stream. */
  readonly word?: string | undefined;
  readonly retryAfterS?: number;
  readonly text: string;
  /** `[DONE]` was seen. */
  readonly ended: boolean;
}

interface Message {
  readonly error?: { readonly code?: string };
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly message?: { readonly content?: string | null };
  }[];
}

/** Asks a gateway the way any program would: one POST. `onText` is told once text has begun to come. */
export async function openAtGateway(
  url: string,
  body: ChatRequest & { readonly stream: boolean },
  init: RequestInit = {},
  onText: () => void = () => {},
): Promise<GatewayAnswer> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  });
  let text = '';
  let begun = false;
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (!begun && text.includes('"content":')) {
      begun = true;
      onText();
    }
  }
  return gatewayAnswer(response, text);
}

/** Reads an answer of a gateway: a stream of events, or one JSON object. */
function gatewayAnswer({ status, headers }: Response, body: string): GatewayAnswer {
  const streamed = headers.get('content-type')?.includes('event-stream') ?? false;
  const data = streamed
    ? body
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => line.slice('data: '.length))
    : [body];
  const messages = data.filter((text) => text !== '[DONE]').map((text) => JSON.parse(text) as Message);
  const retryAfter = headers.get('retry-after');
  return {
    status,
    headers,
    word: messages.find(({ error }) => error)?.error?.code,
    ...(retryAfter === null ? {} : { retryAfterS: Number(retryAfter) }),
    text: messages.map(textOf).join(''),
    ended: data.includes('[DONE]'),
  };
}

function textOf({ choices }: Message): string {
  return choices?.[0]?.delta?.content ?? choices?.[0]?.message?.content ?? '';
}
