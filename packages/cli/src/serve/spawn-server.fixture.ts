import { type ApplicationFiles, lastingApplication, removeApplication } from '../application.fixture.ts';
import { type Spawned, spawnSluice } from '../spawn-sluice.fixture.ts';

/** `sluice serve --json` in a process of its own. */
export interface ServerProcess extends Spawned, AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  /** What it told so far on stdout. */
  events(): readonly { readonly type: string; readonly [key: string]: unknown }[];
  /** The access lines of chats so far. */
  chats(): readonly object[];
  /** Resolves with the first line of a chat after so many. */
  nextChat(after: number): Promise<object>;
  metrics(): Promise<string>;
}

/** Starts a server in a folder with these files. */
export async function spawnServer(
  files: ApplicationFiles,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<ServerProcess> {
  const folder = lastingApplication(files);
  const spawned = spawnSluice(['serve', '--port', '0', '--json', ...args], { cwd: folder, env });
  const end = async (): Promise<void> => {
    spawned.child.kill('SIGKILL');
    await spawned.ended;
    removeApplication(folder);
  };
  await spawned.written('"type":"listening"').catch(async (error: unknown) => {
    await end();
    throw error;
  });
  const jsonLines = <Line>(text: string): readonly Line[] =>
    text
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line);
  const events: ServerProcess['events'] = () => jsonLines(spawned.stdout());
  const chats: ServerProcess['chats'] = () =>
    jsonLines<{ msg: string; endpoint: string }>(spawned.stderr()).filter(
      ({ msg, endpoint }) => msg === 'request' && endpoint === '/v1/chat/completions',
    );
  const url = String(events()[0]?.url);
  return {
    ...spawned,
    url,
    folder,
    events,
    chats,
    async nextChat(after) {
      while (true) {
        const line = chats()[after];
        if (line) return line;
        await new Promise((resolve) => spawned.child.stderr.once('data', resolve));
      }
    },
    [Symbol.asyncDispose]: end,
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
  };
}
