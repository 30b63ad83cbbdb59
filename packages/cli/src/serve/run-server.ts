import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  checkServerSettings,
  type GatewayContent,
  type RunningGateway,
  type ServerSettings,
  startGateway,
} from '@sluice/gateway';
import type { LoadedConfig } from '@sluice/registry/config';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import type { EndSignal } from '../terminal/io.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { configurationError } from '../upstream/configuration-error.ts';
import { type OpenedRegistry, type OpenRegistryOptions, openRegistry } from '../upstream/open-registry.ts';
import { accessText } from './access-text.ts';
import { type Announcement, announcementOf } from './announcement.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { signalSource } from './signal-source.ts';
import { startFailure } from './start-failure.ts';
import { watchFiles } from './watch-files.ts';

/** How the door is opened. What is not given is as `server` in the configuration says. */
export interface ServeOptions extends OpenRegistryOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** What stderr gets of each request. */
  readonly log: LogForm;
  readonly json?: boolean | undefined;
}

/** `text`: for people; `json`: one object a line, as the gateway writes it. */
export type LogForm = 'text' | 'json' | 'off';

/** How long the end waits for a reload that is under way, in milliseconds. */
const lastReloadMs = 1_000;

/** What the latest loading gave. */
interface Content {
  readonly opened: OpenedRegistry;
  readonly settings: ServerSettings;
}

/**
 * Serves the registry that the configuration describes until a signal or a lost terminal ends it. Returns the exit code: 0 if it
 * closed by itself after the first signal, that of the signal if a second one cut it.
 */
export async function runServer(options: ServeOptions, terminal: Terminal): Promise<number> {
  const { io, note } = terminal;
  const reporter = createReporter(terminal, options.json ?? false);
  /** What serves. */
  let current: Content | undefined;
  /** What was loaded last, and will serve if it can. */
  let loadedLast: Content | undefined;
  /** What was tried last: mistakes are told with its lines. */
  let tried: LoadedConfig | undefined;
  let loading: Promise<GatewayContent> | undefined;

  const load = async (): Promise<GatewayContent> => {
    tried = undefined;
    // Once there was a configuration, its loss must not make the sandbox answer.
    const config = options.config ?? current?.opened.loaded?.file;
    const opened = await openRegistry({ ...options, config }, io);
    tried = opened.loaded;
    try {
      const settings = checkServerSettings(opened.loaded?.config.server ?? {});
      for (const { message } of opened.diagnostics) await note(message);
      loadedLast = { opened, settings };
      return { registry: opened.registry, server: settings };
    } catch (error) {
      await opened.close();
      throw configurationError(error, opened.loaded);
    }
  };

  const announce = (url: string, { opened, settings }: Content): Announcement =>
    announcementOf(url, opened.registry, settings, opened.loaded?.file);

  let gateway: RunningGateway | undefined;
  try {
    gateway = await startGateway({
      load() {
        loading = load();
        return loading;
      },
      signals: signalSource(io),
      env: io.env,
      logger: loggerOf(options.log, terminal),
      ...(options.host === undefined ? {} : { host: withoutBrackets(options.host) }),
      ...(options.port === undefined ? {} : { port: options.port }),
      onReload(outcome) {
        if ('error' in outcome) return void reporter.notReloaded(configurationError(outcome.error, tried));
        current = loadedLast;
        if (gateway && current) void reporter.reloaded(outcome, announce(gateway.url, current));
      },
    });
  } catch (error) {
    throw startFailure(error, options, loadedLast?.settings, tried);
  }
  current = loadedLast as Content;
  const { opened } = current;
  if (opened.notice !== undefined) await note(opened.notice);
  try {
    return await follow(gateway, {
      terminal,
      reporter,
      opened,
      settings: () => current?.settings ?? {},
      announcement: announce(gateway.url, current),
    });
  } finally {
    // A reload that was under way at the end has opened what nobody will use. Code of others may never end it.
    await Promise.race([loading?.catch(() => {}), setTimeout(lastReloadMs, undefined, { ref: false })]);
    await loadedLast?.opened.close();
  }
}

interface Following {
  readonly terminal: Terminal;
  readonly reporter: Reporter;
  readonly opened: OpenedRegistry;
  /** Those that hold now. */
  readonly settings: () => ServerSettings;
  readonly announcement: Announcement;
}

/** Tells what happens until it is closed. */
async function follow(gateway: RunningGateway, following: Following): Promise<number> {
  const { terminal, reporter, settings, opened, announcement } = following;
  const { io, err, errColours, complain } = terminal;
  const signals: EndSignal[] = [];
  const stopListening = io.onSignal((signal) => {
    if (signal === 'SIGHUP') return void (err.isTerminal && err.write(errColours.dim('sluice: SIGHUP\n')));
    signals.push(signal);
    const { drainMs = 30_000 } = settings();
    void reporter.closing(gateway.app.sluice.inFlight, drainMs, signals.length > 1);
  });
  // A closed terminal sends SIGHUP, too. What is written to it then fails, which tells the two apart.
  let isTerminalLost = false;
  const onTerminalLost = (): void => {
    isTerminalLost = true;
    void gateway.close();
  };
  if (err.isTerminal) err.gone.addEventListener('abort', onTerminalLost);
  const paths = opened.loaded === undefined ? possibleFiles(io.cwd) : [opened.loaded.file];
  const stopWatching = watchFiles(paths, {
    changed: () => void gateway.reload().catch(() => {}),
    failed: ({ code = 'unknown error' }) =>
      void complain(`changes of ${dirname(paths[0] ?? '')} cannot be watched (${code}): SIGHUP reloads`),
  });
  try {
    await reporter.listening(announcement, settings().keys?.find(({ env }) => env !== undefined)?.env);
    await gateway.closed;
    await reporter.closed();
    const [, second] = signals;
    if (isTerminalLost) return exitCodes.hungUp;
    return second === undefined ? exitCodes.ok : exitCodeOf[second];
  } finally {
    stopWatching();
    stopListening();
    err.gone.removeEventListener('abort', onTerminalLost);
  }
}

/** An address of IPv6 as addresses of pages have it: `[::1]`. */
function withoutBrackets(host: string): string {
  return host.replace(/^\[(.+)\]$/, '$1');
}

/** Where a configuration may appear. */
function possibleFiles(folder: string): readonly string[] {
  return ['ts', 'js', 'mjs', 'json'].map((ending) => join(folder, `sluice.config.${ending}`));
}

function loggerOf(
  form: LogForm,
  { err, errColours }: Terminal,
): { stream: { write(line: string): void } } | false {
  if (form === 'off') return false;
  const write = (line: string): void => {
    const text = form === 'json' ? line : accessText(line, errColours);
    if (text !== undefined) void err.write(form === 'json' ? text : `${text}\n`);
  };
  return { stream: { write } };
}
