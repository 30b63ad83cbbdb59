import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { startGateway } from '@sluice/gateway';
import { createRegistry } from '@sluice/registry';
import { type Door, openDoor, rawRequest } from '../door.ts';
import { nothingLeft } from '../expected-facts.ts';
import type { Facts } from '../facts.ts';
import { gatewayInWords } from '../front.ts';
import { openAtGateway } from '../http-client.ts';
import { registryDefaults } from '../lane.ts';
import { patiently } from '../patiently.ts';
import type { Scenario, Stage } from '../stage.ts';
import { subjectNames } from '../subjects.ts';
import { question } from '../wire-cell.ts';

const only = {
  subjects: subjectNames.slice(0, 1),
  why: 'the door is the same before every provider: one stands for all',
};

const mebibyte = 1024 * 1024;
const streamed = { ...question, stream: true };

/** What came back, raw: the status and the code of the error. */
function rawInWords(bytes: string): string {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(bytes)?.[1] ?? 'no answer';
  return `${status} \`${/"code":"(\w+)"/.exec(bytes)?.[1] ?? 'no error object'}\``;
}

async function post(
  door: Pick<Door, 'url'>,
  body: string,
  headers: { readonly [name: string]: string } = {},
): Promise<string> {
  const response = await fetch(`${door.url}/v1/chat/completions`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return rawInWords(`HTTP/1.1 ${response.status}\n${await response.text()}`);
}

const unasked = ({ asked }: Stage): Facts => ({ upstream: asked().length === 0 ? 'not asked' : 'asked' });
const refused = (caller: string): Facts => ({ caller, upstream: 'not asked' });

async function badJson(stage: Stage): Promise<Facts> {
  await using door = await openDoor(stage);
  return { caller: await post(door, '{"model": "a'), ...unasked(stage) };
}

async function longBody(stage: Stage): Promise<Facts> {
  await using door = await openDoor(stage);
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'x'.repeat(50 * mebibyte) }] });
  return { caller: await post(door, body), ...unasked(stage) };
}

async function slowBody(stage: Stage): Promise<Facts> {
  await using door = await openDoor(stage, { requestTimeoutMs: 200, headersTimeoutMs: 150 });
  const socket = await door.connect();
  const whole = rawRequest(JSON.stringify(question));
  socket.write(whole.slice(0, -10));
  const caller = rawInWords(await text(socket));
  const freed = await patiently(() => door.app.sluice.inFlight === 0);
  return { caller, place: freed ? 'free again' : 'taken', ...unasked(stage) };
}

const slowReaderMs = 1_000;
const others = 20;

async function slowReader(stage: Stage): Promise<Facts> {
  await using door = await openDoor(stage, { slowReaderMs });
  stage.strike({ name: 'endless', times: 1 });
  const deaf = await door.connect();
  deaf.pause();
  deaf.write(rawRequest(JSON.stringify(streamed)));
  await patiently(() => stage.asked().length === 1);
  const answers = await Promise.all(
    Array.from({ length: others }, async () =>
      gatewayInWords(await openAtGateway(door.url, streamed), stage.meant),
    ),
  );
  const upstream = await stage.upstreamInWords();
  await patiently(() => door.lines.some(({ ending }) => ending === 'slow-reader'));
  const cut = door.lines.filter(({ ending }) => ending === 'slow-reader').length;
  deaf.destroy();
  return {
    caller: cut === 1 ? 'cut off as a slow reader' : 'still served',
    others: [...new Set(answers)].join(' or '),
    upstream,
  };
}

/** A client that is gone at some moment, like a killed process. */
async function goneWhen(
  stage: Stage,
  bytes: string,
  moment: (door: Door, socket: Socket) => Promise<unknown>,
): Promise<Facts> {
  await using door = await openDoor(stage);
  const socket = await door.connect();
  socket.write(bytes);
  await moment(door, socket);
  socket.destroy();
  await patiently(() => door.lines.length === 1);
  const asked = stage.asked().length;
  const upstream = asked === 0 ? 'not asked' : await stage.upstreamInWords();
  const { successRate } = door.registry.snapshot().targets[0] ?? { successRate: 0 };
  return {
    log: door.lines.map(({ ending, status }) => `${ending}, ${status}`).join(' or '),
    upstream,
    health: successRate === 1 ? 'not counted' : 'failure',
  };
}

const wholeRequest = rawRequest(JSON.stringify(streamed));

const goneScenarios: readonly Scenario[] = (
  [
    [
      'while it sends its request',
      wholeRequest.slice(0, -10),
      () => {},
      ({ app }: Door) => patiently(() => app.sluice.inFlight === 1),
      { log: 'client-gone, 499', upstream: 'not asked', health: 'not counted' },
    ],
    [
      'while it awaits the first token',
      wholeRequest,
      (stage: Stage) => stage.thinkForEver(),
      (_door: Door, _socket: Socket, stage: Stage) => patiently(() => stage.asked().length === 1),
      { log: 'client-gone, 499', upstream: 'cut', health: 'not counted' },
    ],
    [
      'in mid-stream',
      wholeRequest,
      (stage: Stage) => stage.speakForEver(),
      (_door: Door, socket: Socket) => once(socket, 'data'),
      { log: 'client-gone, 200', upstream: 'cut', health: 'not counted' },
    ],
  ] as const
).map(
  ([variant, bytes, prepare, moment, end]): Scenario =>
    ofDoor('81', 'the client is gone', variant, end, (stage) => {
      prepare(stage);
      return goneWhen(stage, bytes, (door, socket) => moment(door, socket, stage));
    }),
);

function ofDoor(
  number: string,
  fault: string,
  variant: string | undefined,
  end: Facts,
  play: (stage: Stage) => Promise<Facts>,
): Scenario {
  return {
    number,
    group: 'gateway',
    fault,
    ...(variant === undefined ? {} : { variant }),
    only,
    play: async (stage) => ({ ...(await play(stage)), ...(await stage.left()) }),
    ends: {
      alone: 'a matter of the door',
      registry: 'a matter of the door',
      gateway: { ...end, left: nothingLeft },
    },
  };
}

const key = 'a-key-for-trials-0123456789';

const keyScenarios: readonly Scenario[] = (
  [
    ['none', {}],
    ['another', { authorization: 'Bearer sk-not-the-key-0123456789' }],
    ['the beginning of the right one', { authorization: `Bearer ${key.slice(0, -1)}` }],
    ['the right one and more', { authorization: `Bearer ${key}0` }],
  ] as const
).map(
  ([variant, headers]): Scenario =>
    ofDoor('82', 'a wrong key', variant, refused('401 `invalid_api_key`'), async (stage) => {
      const keys = [{ name: 'trial', env: 'TRIAL_KEY' }];
      await using door = await openDoor(stage, { keys }, { TRIAL_KEY: key });
      return { caller: await post(door, JSON.stringify(question), headers), ...unasked(stage) };
    }),
);

/** CR and LF in what goes into headers of the answer: the model's name into `x-sluice-route`, an id into `x-request-id`. */
async function injection(stage: Stage): Promise<Facts> {
  await using door = await openDoor(stage);
  const provider = stage.subject.id;
  const body = JSON.stringify({ ...question, model: `${provider}:x\r\nset-cookie: a=b\r\nx-evil: 1` });
  const socket = await door.connect();
  socket.write(rawRequest(body, ['connection: close', 'x-request-id: two words\tand a tab']));
  const [head = ''] = (await text(socket)).split('\r\n\r\n');
  const names = head.split('\r\n').map((line) => line.split(':')[0]?.toLowerCase());
  const id = /^x-request-id: (.*)$/im.exec(head)?.[1] ?? '';
  return {
    headers: names.includes('set-cookie') || names.includes('x-evil') ? 'smuggled in' : 'none smuggled in',
    'x-request-id': /^[\da-f-]{36}$/.test(id) ? 'replaced' : `kept: ${id}`,
  };
}

const open = 100;

async function terminated(stage: Stage): Promise<Facts> {
  stage.lane.sandbox.configure({ tokensPerSecond: 20 });
  const signals = new EventEmitter();
  const registry = createRegistry({ ...registryDefaults, providers: [stage.createProvider()] });
  const gateway = await startGateway({
    load: () => ({ registry, server: { port: 0 } }),
    signals: { on: (name, told) => signals.on(name, told), off: (name, told) => signals.off(name, told) },
  });
  const began = Array.from({ length: open }, () => Promise.withResolvers<void>());
  const streams = began.map(({ resolve }) => openAtGateway(gateway.url, streamed, {}, resolve));
  await Promise.all(began.map(({ promise }) => promise));
  signals.emit('SIGTERM');
  const late = await post(gateway, JSON.stringify(question)).catch(() => 'no connection');
  const ends = await Promise.all(streams);
  await gateway.closed;
  const after = await post(gateway, JSON.stringify(question)).catch(() => 'no connection');
  return {
    streams: [...new Set(ends.map((answer) => gatewayInWords(answer, stage.meant)))].join(' or '),
    'a new request': late,
    'in the end': after,
  };
}

/** Faults 77 to 84: what clients do to the gateway, and what its operator does. */
export const doorScenarios: readonly Scenario[] = [
  ofDoor('77', 'bad JSON', undefined, refused('400 `invalid_json`'), badJson),
  ofDoor('78', 'a body of 50 MiB', undefined, refused('413 `request_too_large`'), longBody),
  ofDoor(
    '79',
    'a body that never ends',
    undefined,
    { ...refused('408 `request_timeout`'), place: 'free again' },
    slowBody,
  ),
  ofDoor(
    '80',
    'a client that reads nothing',
    undefined,
    { caller: 'cut off as a slow reader', others: '200, the answer, `[DONE]`', upstream: 'cut' },
    slowReader,
  ),
  ...goneScenarios,
  ...keyScenarios,
  ofDoor(
    '83',
    'header injection',
    undefined,
    { headers: 'none smuggled in', 'x-request-id': 'replaced' },
    injection,
  ),
  ofDoor(
    '84',
    'SIGTERM with 100 open streams',
    undefined,
    {
      streams: '200, the answer, `[DONE]`',
      'a new request': '503 `shutting_down`',
      'in the end': 'no connection',
    },
    terminated,
  ),
];
