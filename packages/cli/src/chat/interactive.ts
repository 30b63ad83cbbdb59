import {
  type CallOptions,
  ChatError,
  type ChatRequest,
  Collector,
  closest,
  type Message,
} from '@sluice/core';
import { routeOf } from '@sluice/registry';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import { failedAlike, reportFailure } from '../failure.ts';
import type { EndSignal } from '../terminal/io.ts';
import { createLineReader, type LineReader } from '../terminal/line-reader.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { showAnswer } from './answer.ts';
import type { Renderer } from './renderer.ts';
import { failedAttemptLines, summaryLines } from './summary.ts';

const commands: { readonly [name: string]: string } = {
  '/help': 'shows this',
  '/clear': 'forgets the conversation',
  '/exit': 'ends the chat, as Ctrl-D does',
};

/** What a chat goes on with after a turn: the messages, or the exit code with which it ends. */
type Turn = { readonly messages: readonly Message[] } | { readonly exitCode: number };

/**
 * A conversation at the terminal. Ctrl-C cancels the answer under way and keeps the chat; at an empty prompt it ends it. A
 * turn that failed is forgotten, so that it can be asked again. Returns the exit code.
 */
export async function chatAtTerminal(
  upstream: Upstream,
  request: ChatRequest,
  options: CallOptions,
  terminal: Terminal,
  renderer: Renderer,
): Promise<number> {
  const { note, out, errColours } = terminal;
  const lines = createLineReader(terminal.io);
  const opening = request.messages;
  let messages = opening;
  try {
    await note('type a message and press Enter; /help lists the commands');
    while (true) {
      const input = await lines.read(errColours.bold('> '));
      if (input.type === 'end') return exitCodes.ok;
      if (input.type === 'interrupt') return exitCodes.interrupted;
      const text = input.text.trim();
      if (text === '') continue;
      if (text === '/exit') return exitCodes.ok;
      if (text === '/clear') {
        messages = opening;
        await note('the conversation is forgotten');
      } else if (/^\/\w+$/.test(text)) {
        await explainCommand(text, terminal);
      } else {
        const asked: readonly Message[] = [...messages, { role: 'user', content: input.text }];
        const turn = await takeTurn(
          upstream,
          { ...request, messages: asked },
          options,
          terminal,
          renderer,
          lines,
        );
        if ('exitCode' in turn) return turn.exitCode;
        messages = turn.messages.length > 0 ? turn.messages : messages;
      }
      if (out.gone.aborted) return exitCodes.ok;
    }
  } finally {
    lines.close();
  }
}

/** One question and its answer. Answers with no messages where the turn is to be forgotten. */
async function takeTurn(
  upstream: Upstream,
  request: ChatRequest,
  options: CallOptions,
  terminal: Terminal,
  renderer: Renderer,
  lines: LineReader,
): Promise<Turn> {
  const { io, note } = terminal;
  const cancel = new AbortController();
  let ended: EndSignal | undefined;
  lines.onInterrupt = () => cancel.abort();
  const stopListening = io.onSignal((signal) => {
    if (signal !== 'SIGINT') ended = signal;
    cancel.abort();
  });
  try {
    // Who asks again wants it tried again: nothing rests because it failed a moment ago.
    if (upstream.registry.plan(request).plan.length === 0) upstream.forgetFailures();
    const collector = new Collector();
    const call = { ...options, signal: cancel.signal };
    const answered = await showAnswer(upstream.registry, request, call, renderer, collector);
    for (const line of summaryLines(answered)) await note(line);
    return { messages: [...request.messages, { role: 'assistant', content: collector.result().text }] };
  } catch (error) {
    if (ended !== undefined) return { exitCode: exitCodeOf[ended] };
    if (!cancel.signal.aborted) {
      await reportFailure(error, terminal);
      const attempts = routeOf(error)?.attempts ?? [];
      if (!failedAlike(attempts)) for (const line of failedAttemptLines(attempts)) await note(line);
      return { messages: [] };
    }
    await note('cancelled');
    const begun = ChatError.is(error) ? (error.partial?.text ?? '') : '';
    return { messages: begun === '' ? [] : [...request.messages, { role: 'assistant', content: begun }] };
  } finally {
    lines.onInterrupt = undefined;
    stopListening();
  }
}

async function explainCommand(text: string, { complain, err, errColours }: Terminal): Promise<void> {
  if (text !== '/help') {
    const near = closest(text, Object.keys(commands));
    await complain(
      `there is no command ${text}; ${near === undefined ? '/help lists them' : `did you mean ${near}?`}`,
    );
    return;
  }
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  for (const [name, what] of Object.entries(commands)) {
    await err.write(errColours.dim(`  ${name.padEnd(width)}  ${what}\n`));
  }
  await err.write(errColours.dim(`  ${'Ctrl-C'.padEnd(width)}  cancels the answer\n`));
}
