import type { CallOptions, ChatRequest } from '@sluice/core';
import { answerOnce } from '../chat/one-shot.ts';
import type { Renderer } from '../chat/renderer.ts';
import { exitCodes } from '../exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { openReplayedUpstream } from '../upstream/replayed-upstream.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { UsageError } from '../usage-error.ts';
import { type CassetteFlags, chatSetupOf, recordedRoutes, stepsOf, watchRoutes } from './chat-cassette.ts';

/**
 * Has a recorded chat again: what was asked is asked again, or `own` in its place, and everything is answered from the cassette.
 * Tells on stderr where the replay went another way. Returns the exit code, that of the first failure.
 */
export async function replayChat(
  file: string,
  { replayTiming }: CassetteFlags,
  own: ((upstream: Upstream, options: CallOptions) => Promise<ChatRequest>) | undefined,
  ownOptions: CallOptions,
  terminal: Terminal,
  renderer: Renderer,
): Promise<number> {
  const { replay } = await import('@sluice/testkit');
  await using cassette = await replay(file, replayTiming === undefined ? {} : { timing: replayTiming });
  const setup = chatSetupOf(cassette, file);
  const engine = { timers: cassette.timers, seed: setup.seed };
  await using upstream = await openReplayedUpstream(setup.upstream, setup.provider, engine, terminal.io);
  const options: CallOptions = { ...setup.options, ...ownOptions };
  const { recordedAt, packages } = cassette.header;
  await terminal.note(
    `replaying ${file}, recorded at ${recordedAt} with @sluice/cli ${packages['@sluice/cli'] ?? '?'}; nothing is sent`,
  );
  // As they were when the answer began: what comes later changes them.
  const routes: string[] = [];
  const watched: Upstream = {
    ...upstream,
    get registry() {
      return watchRoutes(upstream.registry, (route) => routes.push(JSON.stringify(route ?? null)));
    },
  };
  let exitCode: number = exitCodes.ok;
  const ask = async (request: ChatRequest): Promise<void> => {
    const code = await answerOnce(watched, request, options, terminal, renderer);
    if (exitCode === exitCodes.ok) exitCode = code;
  };
  if (own) await ask(await own(watched, options));
  else {
    const steps = stepsOf(cassette);
    if (steps.length === 0) {
      throw new UsageError(
        `${file} ended before anything was asked; ask: sluice chat --replay ${file} "Hello"`,
      );
    }
    for (const step of steps) {
      if (step.type === 'forgot') upstream.forgetFailures();
      else {
        cassette.advance(step.atMs);
        await ask(step.request);
      }
    }
    const before = recordedRoutes(cassette).map((route) => JSON.stringify(route));
    if (before.join('\n') !== routes.join('\n')) {
      await terminal.note('the route differs from the recorded one: this version decides otherwise');
    }
  }
  for (const difference of cassette.differences) await terminal.note(difference);
  return exitCode;
}
