import { type Process, startProcess } from '../process/start-process.ts';
import type { ScriptName } from './scripts.ts';

/** The upstream that everybody is measured on. */
export interface Upstream {
  /** The address under which it speaks a script. */
  address(script: ScriptName): string;
  stop(): Promise<void>;
}

export async function startUpstream(): Promise<Upstream> {
  const process: Process = startProcess({ file: new URL('./main.ts', import.meta.url) });
  const origin = await process.ask<string>('start');
  return { address: (script) => `${origin}/${script}`, stop: () => process.stop() };
}
