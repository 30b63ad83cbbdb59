import type { ReloadOutcome } from '@sluice/gateway';
import { ConfigError } from '@sluice/registry/config';
import { linesOfFailure } from '../failure.ts';
import { printableLine } from '../terminal/printable.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type Announcement, plainAnnouncement, shownAnnouncement } from './announcement.ts';

/** Tells what becomes of a server: to people in words, to programs one JSON object a line on stdout. */
export interface Reporter {
  listening(announcement: Announcement, keyVariable: string | undefined): Promise<void>;
  reloaded(outcome: ReloadOutcome, announcement: Announcement): Promise<void>;
  /** A new configuration is wrong: the old one stays. */
  notReloaded(error: unknown): Promise<void>;
  /** `inFlight` requests may take `drainMs` to end; the second time they are cut. */
  closing(inFlight: number, drainMs: number, isSecond: boolean): Promise<void>;
  closed(): Promise<void>;
}

export function createReporter(terminal: Terminal, json: boolean): Reporter {
  return json ? jsonReporter(terminal) : textReporter(terminal);
}

function textReporter(terminal: Terminal): Reporter {
  const { out, err, outColours, note, complain } = terminal;
  return {
    async listening(announcement, keyVariable) {
      const lines = out.isTerminal
        ? shownAnnouncement(announcement, keyVariable, outColours)
        : plainAnnouncement(announcement);
      await out.write(`${lines.join('\n')}\n`);
      await note('it runs until Ctrl-C; SIGHUP or a changed configuration reloads it');
    },
    async reloaded({ needRestart }, { config = 'the sandbox' }) {
      await note(`${config} is loaded anew`);
      if (needRestart.length > 0) await complain(`${needRestart.join(', ')} will change with the next start`);
    },
    async notReloaded(error) {
      await complain('not reloaded, the old configuration stays:');
      for (const line of linesOfFailure(error)) await err.write(`  ${printableLine(line)}\n`);
    },
    async closing(inFlight, drainMs, isSecond) {
      if (isSecond) return await note('requests under way are cut');
      const left =
        inFlight === 0 ? 'nothing is under way' : `${inFlight} under way may take ${drainMs / 1_000} s`;
      await note(`closing: ${left}; a second signal ends it at once`);
    },
    async closed() {
      await note('closed');
    },
  };
}

function jsonReporter({ out }: Terminal): Reporter {
  const tell = (type: string, more: object = {}): Promise<void> =>
    out.write(`${JSON.stringify({ type, ...more })}\n`);
  return {
    listening: (announcement) => tell('listening', announcement),
    reloaded: (outcome, announcement) => tell('reloaded', { ...outcome, ...announcement }),
    notReloaded: (error) =>
      tell('reload-failed', {
        message: linesOfFailure(error).join('\n'),
        ...(error instanceof ConfigError ? { problems: error.problems } : {}),
      }),
    closing: (inFlight, drainMs, isSecond) => tell(isSecond ? 'cutting' : 'closing', { inFlight, drainMs }),
    closed: () => tell('closed'),
  };
}
