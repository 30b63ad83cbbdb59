// An OpenAI-compatible server as a process of its own: each stream gets a token every `everyMs`, with the time at which it was
// sent as its text; the model `flood` as much as its reader takes. When it is told to, it ends all streams well.
//
//   node paced-upstream.ts <everyMs>
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const everyMs = Number(process.argv[2]);
/** Streams take turns within the interval, as they would in life: all at once would be one burst. */
const turns = Math.min(100, everyMs);
const paced: Set<ServerResponse>[] = Array.from({ length: turns }, () => new Set());
const floods = new Set<ServerResponse>();
const filler = 'x'.repeat(1_000);
let opened = 0;
let isEnding = false;

const chunk = (content: string): string =>
  `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"paced","choices":[{"index":0,"delta":{"content":"${content}"},"finish_reason":null}]}\n\n`;
const end =
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"paced","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const sentAt = (): string => `@${(performance.timeOrigin + performance.now()).toFixed(2)} `;

function flood(out: ServerResponse): void {
  while (!out.destroyed && !isEnding) if (!out.write(chunk(filler))) return;
  if (isEnding && !out.writableEnded) out.end(end);
}

const server = createServer(async (request, out) => {
  const { model } = JSON.parse(await text(request)) as { model: string };
  out.writeHead(200, { 'content-type': 'text/event-stream' });
  if (model === 'flood') {
    floods.add(out);
    out.on('drain', () => flood(out));
    out.on('close', () => floods.delete(out));
    flood(out);
    return;
  }
  const turn = paced[opened % turns] as Set<ServerResponse>;
  opened += 1;
  turn.add(out);
  out.on('close', () => turn.delete(out));
  out.write(chunk(sentAt()));
});

let next = 0;
let nextAt = performance.now();
function tick(): void {
  for (; nextAt <= performance.now(); nextAt += everyMs / turns) {
    for (const out of paced[next % turns] ?? []) {
      if (isEnding) out.end(end);
      else out.write(chunk(sentAt()));
    }
    next += 1;
  }
  setTimeout(tick, 1);
}
tick();

process.on('message', (message) => {
  if (message === 'end') {
    isEnding = true;
    for (const out of floods) flood(out);
  }
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
