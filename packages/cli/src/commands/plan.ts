import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  ChatError,
  type ChatRequest,
  type RouteCandidate,
  type RouteDecision,
  validateRequest,
} from '@sluice/core';
import { explain } from '@sluice/registry';
import { Command } from 'commander';
import { readConversation } from '../chat/prompt.ts';
import { exitCodes } from '../exit-code.ts';
import { notEmpty } from '../option-values.ts';
import type { Colours } from '../terminal/colours.ts';
import { type Cell, type Column, tableLines } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type OpenRegistryOptions, openRegistry } from '../upstream/open-registry.ts';
import { UsageError } from '../usage-error.ts';
import { addConfigOption, addSandboxOptions } from './upstream-options.ts';

interface PlanFlags extends OpenRegistryOptions {
  readonly model?: string;
  readonly system?: string;
  readonly messages?: string;
  readonly request?: string;
  readonly user?: string;
  readonly json?: boolean;
}

const help = `
Examples:
  sluice plan                                        where a request without a model would go
  sluice plan -m fast "Why is the sky blue?"
  sluice plan --request request.json --json | jq .plan
  git diff | sluice plan -m fast "Review this:" -    long prompts meet other limits

Nothing is sent, and nobody is asked. Every target stands there: those that would be tried with what the strategy
compared (lower is better), those that are left out with the reason. A fresh start is assumed: no failures, no
cooldowns. Where a running server would send it now is told by its POST /v1/route/plan.

Exit codes: 0 a target would be asked; 1 every target refuses; 2 the command line or the configuration is wrong.`;

/** `sluice plan`. */
export function planCommand(open: (command: Command) => Terminal, done: (exitCode: number) => void): Command {
  const command = new Command('plan')
    .description('show where a request would go and why, without sending it')
    .argument('[prompt...]', 'what would be asked; - stands for standard input')
    .option('-m, --model <name>', 'a route, provider:model, a model, or a provider', notEmpty)
    .option('-s, --system <text>', 'instructions that stand before the conversation')
    .option('--messages <file>', 'a JSON file with messages that stand before the prompt', notEmpty)
    .option(
      '--request <file>',
      'a JSON file with a whole request: tools, images, limits; what is given beside it wins',
      notEmpty,
    )
    .option('--user <name>', 'who asks, for sticky routes and conditions', notEmpty)
    .option('--json', 'print the decision as one JSON object')
    .addHelpText('after', help);
  addConfigOption(command);
  return addSandboxOptions(command).action(async (words: readonly string[], flags: PlanFlags) => {
    done(await plan(words, flags, open(command)));
  });
}

async function plan(words: readonly string[], flags: PlanFlags, terminal: Terminal): Promise<number> {
  const { io, out, outColours, note } = terminal;
  const request = await requestOf(words, flags, terminal);
  await using opened = await openRegistry(flags, io);
  if (opened.notice !== undefined) await note(opened.notice);
  for (const { message } of opened.diagnostics) await note(message);
  const decision = planned(request, opened.registry.plan);
  const lines = flags.json
    ? [JSON.stringify({ ...decision, explanation: explain(decision) })]
    : planLines(decision, outColours);
  await out.write(`${lines.join('\n')}\n`);
  return decision.plan.length > 0 ? exitCodes.ok : exitCodes.failure;
}

function planned(request: ChatRequest, decide: (request: ChatRequest) => RouteDecision): RouteDecision {
  try {
    return decide(request);
  } catch (error) {
    if (ChatError.is(error) && error.code === 'invalid-request') throw new UsageError(error.message);
    throw error;
  }
}

async function requestOf(
  words: readonly string[],
  { model, system, messages: file, request: requestFile, user }: PlanFlags,
  { io }: Terminal,
): Promise<ChatRequest> {
  const base =
    requestFile === undefined ? undefined : await readRequest(resolve(io.cwd, requestFile), requestFile);
  const isGiven = words.length > 0 || file !== undefined || system !== undefined;
  // Any words will do where none are given: what is left out for its length alone is then told to be long.
  const prompt = words.length > 0 || file !== undefined ? words : ['Hello'];
  const given =
    isGiven || base === undefined
      ? await readConversation({ words: prompt, system, messages: file }, io)
      : undefined;
  return {
    ...base,
    messages: given ?? base?.messages ?? [],
    ...(model === undefined ? {} : { model }),
    ...(user === undefined ? {} : { user }),
  };
}

async function readRequest(path: string, name: string): Promise<ChatRequest> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--request ${name} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  let request: unknown;
  try {
    request = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw new UsageError(
      `--request ${name} is not JSON: it must be a request such as {"messages":[{"role":"user","content":"Hello"}]}`,
    );
  }
  try {
    validateRequest(request as ChatRequest);
    return request as ChatRequest;
  } catch (error) {
    if (ChatError.is(error)) throw new UsageError(`--request ${name}: ${error.message}`);
    throw error;
  }
}

const columns: readonly Column[] = [
  { title: '', align: 'right' },
  { title: 'target' },
  { title: 'score', align: 'right' },
  { title: 'why' },
];

/** First the targets in the order in which they would be tried, then those that would not be needed, then those left out. */
function planLines(decision: RouteDecision, colours: Colours): readonly string[] {
  const { plan: order, candidates } = decision;
  const placeOf = ({ target, verdict }: RouteCandidate): number => {
    const place = order.indexOf(target);
    return place >= 0 ? place : order.length + (verdict === 'eligible' ? 0 : 1);
  };
  const rows = [...candidates].sort((a, b) => placeOf(a) - placeOf(b));
  const [headline = ''] = explain(decision);
  return [
    (order.length > 0 ? colours.bold : colours.red)(headline),
    ...(rows.length === 0
      ? []
      : [
          '',
          ...tableLines(
            columns,
            rows.map((row) => cellsOf(row, order.indexOf(row.target), colours)),
            colours.dim,
          ),
        ]),
  ];
}

function cellsOf(
  { target, verdict, reason, score, terms = {}, availableInMs }: RouteCandidate,
  place: number,
  { green, yellow }: Colours,
): readonly Cell[] {
  const isRefused = verdict === 'refused';
  const mark = place >= 0 ? String(place + 1) : isRefused ? 'x' : '-';
  const later = availableInMs === undefined ? '' : ` (in ${Math.ceil(availableInMs / 1_000)} s again)`;
  const style = place === 0 ? green : isRefused ? yellow : (text: string) => text;
  const made = Object.entries(terms).map(([name, value]) => `${name} ${amount(value)}`);
  return [
    { text: mark, style },
    { text: target, style },
    score === undefined ? '' : amount(score),
    `${reason}${later}${made.length === 0 ? '' : ` [${made.join(', ')}]`}`,
  ];
}

/** Four digits are enough to compare; JSON has all of them. */
function amount(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'last';
}
