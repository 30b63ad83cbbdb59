import { readFile } from 'node:fs/promises';
import { ChatError, type Message, validateRequest } from '@sluice/core';
import type { Io } from '../terminal/io.ts';
import { UsageError } from '../usage-error.ts';

/** The longest prompt that is read from standard input, in bytes. */
const longestInput = 16 * 1024 * 1024;

/** Where the words of a conversation come from. */
export interface PromptSources {
  /** The arguments; `-` stands for standard input. */
  readonly words: readonly string[];
  readonly system?: string | undefined;
  /** A JSON file with an array of messages. */
  readonly messages?: string | undefined;
}

/**
 * The conversation to send: system text, then the messages of the file, then the prompt. Nothing if there is neither a
 * prompt nor a file and somebody sits at the terminal: then it is a chat. Throws `UsageError`.
 */
export async function readConversation(
  { words, system, messages: file }: PromptSources,
  io: Io,
): Promise<readonly Message[] | undefined> {
  const before = file === undefined ? [] : await readMessages(file);
  const prompt = await readPrompt(words, file !== undefined, io);
  if (prompt === undefined && file === undefined) return undefined;
  const messages: readonly Message[] = [
    ...systemMessages(system),
    ...before,
    ...(prompt === undefined ? [] : [{ role: 'user', content: prompt } as const]),
  ];
  return messages;
}

/** The system text as the beginning of a conversation. */
export function systemMessages(system: string | undefined): readonly Message[] {
  return system === undefined || system === '' ? [] : [{ role: 'system', content: system }];
}

async function readPrompt(
  words: readonly string[],
  isOptional: boolean,
  { stdin }: Io,
): Promise<string | undefined> {
  if (words.length === 0 && (isOptional || stdin.isTTY)) return undefined;
  let prompt = '';
  let gap = '';
  for (const word of words.length === 0 ? ['-'] : words) {
    const isInput = word === '-';
    if (isInput && prompt !== '') gap = '\n\n';
    prompt += gap + (isInput ? await readAll(stdin) : word);
    gap = isInput ? '\n\n' : ' ';
  }
  if (prompt.trim() !== '') return prompt;
  throw new UsageError(
    words.length === 0
      ? 'the prompt is empty: nothing came on standard input; try `sluice chat "Hello"`'
      : 'the prompt is empty; try `sluice chat "Hello"`',
  );
}

async function readAll(stdin: Io['stdin']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > longestInput) throw new UsageError('the prompt on standard input is longer than 16 MiB');
    chunks.push(buffer);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)).replace(/\r?\n$/, '');
  } catch {
    throw new UsageError('standard input is not text in UTF-8; convert it first, with iconv for example');
  }
}

async function readMessages(file: string): Promise<readonly Message[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--messages ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  let messages: unknown;
  try {
    messages = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw new UsageError(
      `--messages ${file} is not JSON: it must be an array such as [{"role":"user","content":"Hello"}]`,
    );
  }
  try {
    const request = { messages };
    validateRequest(request);
    return request.messages;
  } catch (error) {
    if (ChatError.is(error)) throw new UsageError(`--messages ${file}: ${error.message}`);
    throw error;
  }
}
