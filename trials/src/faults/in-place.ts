import { createRegistry, type Registry } from '@sluice/registry';
import { asksForWhole, shownWait } from './expected-facts.ts';
import type { Facts, Place } from './facts.ts';
import { gatewayInWords } from './front.ts';
import { healthInWords, seed, seedable } from './health.ts';
import { openAtGateway } from './http-client.ts';
import { registryDefaults } from './lane.ts';
import { type Received, readAnswer, receivedInWords } from './read-answer.ts';
import { createSecond, secondService } from './subjects.ts';
import { question, type WireCell } from './wire-cell.ts';

/** Looks at one cell in one place. */
export const observers: { readonly [Where in Place]: (cell: WireCell) => Promise<Facts> } = {
  alone: observeAlone,
  registry: observeRegistry,
  gateway: observeGateway,
};

async function observeAlone(cell: WireCell): Promise<Facts> {
  cell.arm();
  const provider = cell.createProvider();
  const received = await readAnswer(provider.stream(question));
  const caller = receivedInWords(received, cell.meant());
  const upstream = await cell.upstreamInWords();
  await provider.close();
  const left = await cell.left();
  return {
    caller,
    upstream,
    ...(cell.subject.makesConversations ? { conversation: cell.conversationInWords() } : {}),
    left,
  };
}

async function observeRegistry(cell: WireCell): Promise<Facts> {
  const one = await observeOneTarget(cell);
  const second = await observeTwoTargets(cell);
  const left = await cell.left();
  return { ...one, second, left };
}

async function observeOneTarget(cell: WireCell): Promise<Facts> {
  cell.arm();
  const registry = createRegistry({ ...registryDefaults, providers: [seedable(cell.createProvider())] });
  await registry.stream({ ...question, user: seed }).catch(() => {});
  const received = await readAnswer(registry.stream(question));
  const attempts = received.route?.attempts ?? [];
  const { targets, cooldowns } = registry.snapshot();
  await registry.close();
  const cooled = attempts.at(-1)?.cooled;
  const rests =
    cooled === undefined
      ? cooldowns.map(({ scope }) => scope).join(', ')
      : `${cooled.what} ${shownWait(roundedSeconds(cooled.forMs))}`;
  return {
    caller: receivedInWords(received, cell.meant()),
    tries: triesInWords(cell, attempts.length),
    health: healthInWords(targets[0]?.successRate ?? 0, attempts.length),
    rests: rests === '' ? 'nothing' : rests,
  };
}

/** What the registry says of its attempts is held against what came to the upstream. */
function triesInWords({ row, subject, lane }: WireCell, attempts: number): string {
  const asked = lane.sandbox.requestsTo({ service: subject.service, phase: 'message' }).length;
  // Elsewhere nobody counts, and a redirect may be followed.
  const isCounted = row.at === undefined && row.group !== 'redirect';
  return isCounted && asked !== attempts ? `${attempts} (asked ${asked} times)` : String(attempts);
}

/** Waits are told from the moment of the failure, dates by whole seconds. */
function roundedSeconds(forMs: number): number {
  const seconds = forMs / 1_000;
  return seconds > 10 ? Math.round(seconds / 5) * 5 : Math.round(seconds);
}

async function observeTwoTargets(cell: WireCell): Promise<string> {
  cell.arm();
  const { sandbox } = cell.lane;
  const first = cell.createProvider();
  const registry: Registry = createRegistry({
    ...registryDefaults,
    providers: [first, createSecond(sandbox.urls)],
    default: [first.id, 'second'],
  });
  const received = await readAnswer(registry.stream(question));
  await registry.close();
  return secondInWords(received, cell);
}

function secondInWords(received: Received, cell: WireCell): string {
  const { text, error, route } = received;
  const asked = cell.lane.sandbox.requestsTo({ service: secondService, phase: 'message' });
  if (asked.length > 1) return `asked ${asked.length} times`;
  if (asked.length === 1) {
    const whole =
      error === undefined && text === asked[0]?.answer && route?.attempts.at(-1)?.outcome === 'served';
    return whole
      ? 'answers, once'
      : `asked, and the caller got ${receivedInWords(received, asked[0]?.answer ?? '')}`;
  }
  if (error === undefined) return 'not needed';
  if (text === '') return 'not asked';
  return cell.meant().startsWith(text)
    ? 'not asked, no mixing'
    : 'not asked, but the text is not the first’s';
}

async function observeGateway(cell: WireCell): Promise<Facts> {
  const stream = await throughGateway(cell, true);
  const whole = asksForWhole(cell.row, cell.subject) ? await throughGateway(cell, false) : undefined;
  const left = await cell.left();
  return { stream, ...(whole === undefined ? {} : { whole }), left };
}

async function throughGateway(cell: WireCell, stream: boolean): Promise<string> {
  cell.arm();
  const registry = createRegistry({ ...registryDefaults, providers: [cell.createProvider()] });
  const url = await cell.lane.gatewayFor(registry);
  const answer = await openAtGateway(url, { ...question, stream });
  await registry.close();
  const { status, word, retryAfterS } = answer;
  const words = gatewayInWords(answer, cell.meant());
  if (status !== 200 && retryAfterS !== undefined) {
    return `${words}, Retry-After ${shownWait(roundedSeconds(retryAfterS * 1_000))}`;
  }
  // A whole answer has no `[DONE]` to miss.
  return stream || word !== undefined ? words : words.replace(/, no `\[DONE\]`$/, '');
}
