import { onTestFinished } from 'vitest';
import { type ApplicationFiles, applicationOf } from '../application.fixture.ts';
import { type Spawned, spawnSluice } from '../spawn-sluice.fixture.ts';

/** `sluice serve --json` in a process of its own. */
export interface ServerProcess extends Spawned {
  readonly url: string;
  readonly folder: string;
  /** What it told so far on stdout. */
  events(): readonly { readonly type: string; readonly [key: string]: unknown }[];
  /** The access lines so far. */
  requests(): readonly { readonly endpoint: string; readonly [key: string]: unknown }[];
  /** Resolves with the n-th access line of a chat. */
  chatLine(count?: number): Promise<object>;
  metrics(): Promise<string>;
}

/** Starts a server in a folder with these files; it ends with the test. */
export async function spawnServer(
  files: ApplicationFiles,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<ServerProcess> {
  const folder = applicationOf(files);
  const spawned = spawnSluice(['serve', '--port', '0', '--json', ...args], { cwd: folder, env });
  onTestFinished(async () => {
    spawned.child.kill('SIGKILL');
    await spawned.ended;
  });
  await spawned.written('"type":"listening"');
  const jsonLines = <Line>(text: string): readonly Line[] =>
    text
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line);
  const events: ServerProcess['events'] = () => jsonLines(spawned.stdout());
  const requests: ServerProcess['requests'] = () =>
    jsonLines<{ msg: string; endpoint: string }>(spawned.stderr()).filter(({ msg }) => msg === 'request');
  const url = String(events()[0]?.url);
  return {
    ...spawned,
    url,
    folder,
    events,
    requests,
    async chatLine(count = 1) {
      while (true) {
        const line = requests().filter(({ endpoint }) => endpoint === '/v1/chat/completions')[count - 1];
        if (line) return line;
        await new Promise((resolve) => spawned.child.stderr.once('data', resolve));
      }
    },
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
  };
}
