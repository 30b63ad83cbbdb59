import { type CallOptions, ChatError, type ChatRequest, type Message } from '@sluice/core';
import { Command, Option } from 'commander';
import { type CassetteFlags, openRecording } from '../cassette/chat-cassette.ts';
import { replayChat } from '../cassette/replay-chat.ts';
import { chatAtTerminal } from '../chat/interactive.ts';
import { createJsonRenderer } from '../chat/json-renderer.ts';
import { answerOnce } from '../chat/one-shot.ts';
import { readConversation, systemMessages } from '../chat/prompt.ts';
import type { Renderer } from '../chat/renderer.ts';
import { createTextRenderer } from '../chat/text-renderer.ts';
import { gathered, integerFrom, notEmpty, numberFrom } from '../option-values.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { modelName } from '../upstream/model-name.ts';
import { openUpstream, type Upstream } from '../upstream/upstream.ts';
import { UsageError } from '../usage-error.ts';
import { addUpstreamOptions, reachOf, type UpstreamFlags } from './upstream-options.ts';

interface ChatFlags extends UpstreamFlags, CassetteFlags {
  readonly model?: string;
  readonly system?: string;
  readonly messages?: string;
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  /** `--no-stream` makes it false. */
  readonly stream: boolean;
  readonly json?: boolean;
}

const help = `
Examples:
  sluice chat "Why is the sky blue?"
  sluice chat                                        a conversation at the terminal
  git diff | sluice chat "Review this:" -            - stands for standard input
  sluice chat -u http://127.0.0.1:11434/v1 -m llama3:8b "Hello"
  sluice chat -u https://api.example.com/v1 -k EXAMPLE_API_KEY -m large "Hello"
  sluice chat --record bug.jsonl "Hello"             what to attach to a bug report
  sluice chat --replay bug.jsonl                     what to do with it
  sluice chat -m ylokh:gpt-3.5-turbo --json "Hello" | jq -r 'select(.type=="text-delta").text'

The answer goes to stdout; who answered, what was tried before, and how fast it was go to stderr.
--json prints one object a line: {"type":"route"} when the answer begins, then the events (text-delta,
warning, …), the last of them {"type":"finish"}, or {"type":"error"} in its place.
Ctrl-C cancels the answer; a second one ends the command at once.`;

/** `sluice chat`. `open` makes the terminal from the options of the command. */
export function chatCommand(open: (command: Command) => Terminal, done: (exitCode: number) => void): Command {
  const command = new Command('chat')
    .description('ask, and read the answer as it comes; without a prompt, chat')
    .argument('[prompt...]', 'what to ask; - stands for standard input')
    .option('-m, --model <name>', 'provider:model, a model, or a provider', notEmpty)
    .option('-s, --system <text>', 'instructions that stand before the conversation')
    .option('--messages <file>', 'a JSON file with messages to send before the prompt', notEmpty)
    .option('--temperature <number>', 'randomness, 0 to 2 at most upstreams', numberFrom(0))
    .option('--top-p <number>', 'nucleus sampling, 0 to 1', numberFrom(0, 1))
    .option('--max-tokens <number>', 'longest answer, in tokens', integerFrom(1))
    .option('--stop <text>', 'end the answer before this text; may be repeated', gathered)
    .option('--seed <number>', 'the same seed gives the same answer, where the upstream can', integerFrom())
    .option('--no-stream', 'ask the upstream for the whole answer at once')
    .option('--json', 'print events as JSON, one a line')
    .option('--record <file>', 'keep all that goes over the wire in a new file, for a bug report', notEmpty)
    .option('--redact-prompts', 'with --record: placeholders in the place of what is said')
    .addOption(
      new Option('--replay <file>', 'have a recorded chat again, without a network')
        .argParser(notEmpty)
        .conflicts([
          'record',
          'config',
          'provider',
          'baseUrl',
          'apiKeyEnv',
          'proxy',
          'sandboxRate',
          'sandboxDown',
        ]),
    )
    .addOption(
      new Option('--replay-timing <pace>', 'at-once, or as long as it took').choices(['at-once', 'recorded']),
    )
    .addHelpText('after', help);
  return addUpstreamOptions(command).action(async (words: readonly string[], flags: ChatFlags) => {
    done(await chat(words, flags, open(command)));
  });
}

async function chat(words: readonly string[], flags: ChatFlags, terminal: Terminal): Promise<number> {
  const renderer = flags.json ? createJsonRenderer(terminal) : createTextRenderer(terminal);
  try {
    return await converse(words, flags, terminal, renderer);
  } catch (error) {
    await renderer.end(error);
    throw error;
  }
}

async function converse(
  words: readonly string[],
  flags: ChatFlags,
  terminal: Terminal,
  renderer: Renderer,
): Promise<number> {
  if (flags.redactPrompts && flags.record === undefined) {
    throw new UsageError('--redact-prompts says what is left out of a recording: add --record <file>');
  }
  if (flags.replayTiming !== undefined && flags.replay === undefined) {
    throw new UsageError('--replay-timing says how a recording is played: add --replay <file>');
  }
  const isRecorded = flags.replay !== undefined && words.length === 0 && flags.messages === undefined;
  const messages = isRecorded ? undefined : await readConversation({ ...flags, words }, terminal.io);
  if (flags.replay !== undefined) {
    const own =
      messages === undefined
        ? undefined
        : async (upstream: Upstream, options: CallOptions) =>
            requestOf(messages, await modelName(flags.model, upstream, options, terminal), flags);
    return await replayChat(flags.replay, flags, own, reachOf(flags), terminal, renderer);
  }
  if (messages === undefined && flags.json) {
    throw new UsageError('--json needs a prompt; try `sluice chat --json "Hello"`');
  }
  const options: CallOptions = { ...reachOf(flags), stream: flags.stream };
  await using recording =
    flags.record === undefined ? undefined : await openRecording(flags.record, flags.redactPrompts ?? false);
  await using opened = await openUpstream({ ...flags, engine: recording?.engine }, terminal.io);
  const upstream = recording?.watch(opened, options) ?? opened;
  const model = await modelName(flags.model, upstream, options, terminal);
  const request = requestOf(messages ?? systemMessages(flags.system), model, flags);
  check(request, upstream);
  if (recording !== undefined) await terminal.note(recording.notice);
  for (const notice of upstream.notices) await terminal.note(notice);
  return messages === undefined
    ? await chatAtTerminal(upstream, request, options, terminal, renderer)
    : await answerOnce(upstream, request, options, terminal, renderer);
}

function requestOf(
  messages: readonly Message[],
  model: string | undefined,
  { temperature, topP, maxTokens, stop, seed }: ChatFlags,
): ChatRequest {
  return {
    messages,
    ...(model === undefined ? {} : { model }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
    ...(stop === undefined ? {} : { stop }),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** What is wrong before anything is sent is a matter of the command line, and the only thing worth telling. */
function check(request: ChatRequest, { registry }: Upstream): void {
  try {
    // A chat has no message yet; everything else about it can be judged.
    const { messages } = request;
    registry.plan({ ...request, messages: messages.length > 0 ? messages : [{ role: 'user', content: '' }] });
  } catch (error) {
    if (ChatError.is(error) && error.code === 'invalid-request') throw new UsageError(error.message);
    throw error;
  }
}
