// 1,000 streams through the gateway at once, one of them read slowly, then SIGTERM. Upstream, gateway and clients are processes
// of their own. Prints figures; exit code 1 if a promise was broken.
//
//   node trials/src/open-streams/main.ts [--streams 1000] [--seconds 10] [--every-ms 200]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Lags, summary } from './lags.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    'every-ms': { type: 'string', default: '200' },
  },
});
const streams = Number(values.streams);
const seconds = Number(values.seconds);
const everyMs = Number(values['every-ms']);

interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly arrayBuffers: number;
  readonly cpuMs: number;
  readonly inFlight: number;
}

/** One client and what it saw. */
interface Client {
  readonly request: ClientRequest;
  readonly begun: Promise<IncomingMessage>;
  readonly ended: Promise<string>;
}

const upstream = await started(new URL('./paced-upstream.ts', import.meta.url), [String(everyMs)]);
const gateway = await started(
  new URL('./gateway-process.ts', import.meta.url),
  [String(upstream.told)],
  ['--expose-gc'],
);
const url = new URL(String(gateway.told));
const exited = once(gateway.process, 'exit') as Promise<[number | null, string | null]>;
let lags: Lags = [];
let failures = 0;
/** The one whose reader takes its time. */
let slowResponse: IncomingMessage | undefined;

console.log(`${streams} streams, a token every ${everyMs} ms each, Node ${process.version}`);
const readers = Array.from({ length: streams - 1 }, () => open('paced', read));
await Promise.all(readers.map(({ begun }) => begun));
await wait(3_000);

const alone = await measured('all read at once');
const slow = open('flood', readSlowly);
await slow.begun;
await wait(2_000);
const beside = await measured('one of them slowly');
const grownPerToken = (beside.after.heapUsed - beside.before.heapUsed) / beside.tokens;
promise(`heap grows by ${grownPerToken.toFixed(1)} bytes a token, 48 are allowed`, grownPerToken < 48);
const later = beside.p50 - alone.p50;
promise(
  `beside a slow reader the others are later by ${later.toFixed(1)} ms (p50), 20 are allowed`,
  later < 20,
);

const began = performance.now();
gateway.process.kill('SIGTERM');
await wait(50);
const refused = await once(open('paced', read).request, 'response').then(
  ([response]) => (response as IncomingMessage).statusCode,
);
promise(`after SIGTERM a new request gets 503: ${refused}`, refused === 503);
upstream.process.send('end');
slowResponse = undefined;
const ends = await Promise.all([...readers, slow].map(({ ended }) => ended));
const whole = ends.filter((last) => last.endsWith('data: [DONE]\n\n')).length;
promise(`${whole} of ${streams} streams ended whole`, whole === streams);
const [code] = await exited;
const closedMs = performance.now() - began;
promise(
  `exit code ${code} after ${(closedMs / 1000).toFixed(1)} s, of 30 s to drain`,
  code === 0 && closedMs < 30_000,
);
upstream.process.disconnect();
process.exitCode = failures === 0 ? 0 : 1;

function promise(words: string, isKept: boolean): void {
  console.log(`${isKept ? 'kept  ' : 'BROKEN'}  ${words}`);
  if (!isKept) failures += 1;
}

async function started(
  file: URL,
  args: string[],
  execArgv: string[] = [],
): Promise<{ process: ChildProcess; told: unknown }> {
  const child = fork(file, args, { execArgv });
  const [told] = (await once(child, 'message')) as [unknown];
  return { process: child, told };
}

async function memory(how: 'collect' | 'look'): Promise<Memory> {
  const answer = once(gateway.process, 'message') as Promise<[Memory]>;
  gateway.process.send(how);
  return (await answer)[0];
}

/** Some seconds of all streams: how late tokens are, what the gateway holds, and what a token costs it. */
async function measured(
  what: string,
): Promise<{ before: Memory; after: Memory; tokens: number; p50: number }> {
  const before = await memory('collect');
  lags = [];
  const resident: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    await wait(1_000);
    resident.push((await memory('look')).rss);
  }
  const seen = lags;
  const after = await memory('collect');
  const { p50, p99, most } = summary(seen);
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);
  console.log(
    `${what}: ${after.inFlight} open; ${seen.length} tokens, late by p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, most ${most.toFixed(1)} ms; ` +
      `heap ${mb(before.heapUsed)} to ${mb(after.heapUsed)} MB, buffers ${mb(after.arrayBuffers)} MB, resident ${mb(resident[0] ?? 0)} to ${mb(resident.at(-1) ?? 0)} MB; ` +
      `${(((after.cpuMs - before.cpuMs) * 1_000) / seen.length).toFixed(0)} µs of CPU a token`,
  );
  return { before, after, tokens: seen.length, p50 };
}

function open(
  model: string,
  reading: (response: IncomingMessage, ended: (last: string) => void) => void,
): Client {
  const request = httpRequest({
    hostname: url.hostname,
    port: url.port,
    path: '/v1/chat/completions',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  const begun = Promise.withResolvers<IncomingMessage>();
  const ended = Promise.withResolvers<string>();
  request.on('error', () => ended.resolve(''));
  request.on('response', (response) => {
    response.on('error', () => ended.resolve(''));
    reading(response, ended.resolve);
    begun.resolve(response);
  });
  request.end(
    JSON.stringify({ model: `up:${model}`, stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
  );
  return { request, begun: begun.promise, ended: ended.promise };
}

function read(response: IncomingMessage, ended: (last: string) => void): void {
  let last = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    const now = performance.timeOrigin + performance.now();
    for (const [, sentAt] of text.matchAll(/@([\d.]+) /g)) lags.push(now - Number(sentAt));
    last = text.slice(-64);
  });
  response.on('close', () => ended(last));
}

/** A chunk, then a rest of 100 ms. */
function readSlowly(response: IncomingMessage, ended: (last: string) => void): void {
  slowResponse = response;
  let last = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    last = (last + text).slice(-64);
    if (slowResponse === undefined) return;
    response.pause();
    setTimeout(() => response.resume(), 100);
  });
  response.on('close', () => ended(last));
}
