import { Command, Option } from 'commander';
import { diagnose } from '../doctor/diagnosis.ts';
import { reportLines } from '../doctor/report-lines.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import { durationMs } from '../option-values.ts';
import type { EndSignal } from '../terminal/io.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { OpenRegistryOptions } from '../upstream/open-registry.ts';
import { addConfigOption, addSandboxOptions } from './upstream-options.ts';

interface DoctorFlags extends OpenRegistryOptions {
  /** In milliseconds. */
  readonly timeout: number;
  readonly json?: boolean;
}

const help = `
Examples:
  sluice doctor
  sluice doctor --timeout 2m                     for models that take long to load
  sluice doctor --json | jq -r '.targets[] | select(.state=="fails").advice'

It asks each target of the routes, and each provider's own model, one tiny question: once, without failover, with
every key. What an answer costs is paid. Neither keys nor questions nor answers are shown. A configuration with
mistakes is checked as far as it can be used.

Exit codes: 0 something works; 1 nothing does.`;

/** `sluice doctor`. */
export function doctorCommand(
  open: (command: Command) => Terminal,
  done: (exitCode: number) => void,
): Command {
  const command = new Command('doctor')
    .description('ask each target a tiny question, and say what works and what to do about the rest')
    .addOption(
      new Option('--timeout <time>', 'longest wait for the first token of each target')
        .argParser(durationMs)
        .default(30_000, '30s'),
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', help);
  addConfigOption(command);
  return addSandboxOptions(command).action(async (flags: DoctorFlags) => {
    done(await checkUp(flags, open(command)));
  });
}

async function checkUp(
  { json = false, timeout: timeoutMs, ...options }: DoctorFlags,
  terminal: Terminal,
): Promise<number> {
  const { io, out, outColours, note, spinner } = terminal;
  const cancel = new AbortController();
  let signalled: EndSignal | undefined;
  let stopListening = (): void => {};
  const onAsking = (targets: number): void => {
    // Not earlier: while code of others is loaded, a signal ends the process, whatever that code does.
    stopListening = io.onSignal((signal) => {
      signalled = signal;
      stopListening();
      cancel.abort();
    });
    spinner.start(`asking ${targets} target${targets === 1 ? '' : 's'}`);
  };
  try {
    const check = { ...options, timeoutMs, signal: cancel.signal, onAsking };
    const diagnosis = await diagnose(check, io, process.versions.node).finally(() => spinner.stop());
    // What was under way when it came may have ended in another way.
    cancel.signal.throwIfAborted();
    if (diagnosis.notice !== undefined) await note(diagnosis.notice);
    const lines = json ? [JSON.stringify(diagnosis)] : reportLines(diagnosis, outColours);
    for (const line of lines) await out.write(`${line}\n`);
    return diagnosis.working > 0 ? exitCodes.ok : exitCodes.failure;
  } catch (error) {
    if (signalled === undefined) throw error;
    await note('cancelled');
    return exitCodeOf[signalled];
  } finally {
    stopListening();
  }
}
