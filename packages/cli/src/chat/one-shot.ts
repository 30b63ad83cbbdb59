import type { CallOptions, ChatRequest } from '@sluice/core';
import { routeOf } from '@sluice/registry';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import { failedAlike, reportFailure } from '../failure.ts';
import type { EndSignal } from '../terminal/io.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { showAnswer } from './answer.ts';
import type { Renderer } from './renderer.ts';
import { failedAttemptLines, summaryLines } from './summary.ts';

/**
 * Asks once and shows the answer. Ctrl-C cancels it cleanly; the upstream is then left as if nothing had been asked. A second
 * Ctrl-C ends the process at once. Returns the exit code.
 */
export async function answerOnce(
  upstream: Upstream,
  request: ChatRequest,
  options: CallOptions,
  terminal: Terminal,
  renderer: Renderer,
): Promise<number> {
  const { io, out, note } = terminal;
  const cancel = new AbortController();
  let signalled: EndSignal | undefined;
  const stopListening = io.onSignal((signal) => {
    signalled = signal;
    stopListening();
    cancel.abort();
  });
  const signal = AbortSignal.any([cancel.signal, out.gone]);
  try {
    const answered = await showAnswer(upstream.registry, request, { ...options, signal }, renderer);
    for (const line of summaryLines(answered)) await note(line);
    return exitCodes.ok;
  } catch (error) {
    if (signalled !== undefined) {
      await note('cancelled');
      return exitCodeOf[signalled];
    }
    // `run` tells of output that is lost; a reader that has left has read enough.
    if (out.gone.aborted) return exitCodes.ok;
    const failed = await reportFailure(error, terminal);
    const attempts = routeOf(error)?.attempts ?? [];
    if (!failedAlike(attempts)) for (const line of failedAttemptLines(attempts)) await note(line);
    return failed;
  } finally {
    stopListening();
  }
}
