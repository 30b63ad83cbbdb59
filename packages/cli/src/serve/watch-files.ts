import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';

/** What a watch tells. */
export interface WatchListener {
  /** One of the files has come, changed or gone, and has been left alone since. */
  changed(): void;
  /** They cannot be watched (any more). */
  failed(error: NodeJS.ErrnoException): void;
}

/** How long a file must be left alone before it counts as written, in milliseconds: editors write in several steps. */
const defaultSettleMs = 100;

/**
 * Watches files that need not be there. The folders are watched, since editors and deployments put a new file in the old one's
 * place, and each of their events costs a look at the files: a folder that is busy with others is no change. The function
 * returned ends it.
 */
export function watchFiles(
  paths: readonly string[],
  { changed, failed }: WatchListener,
  settleMs: number = defaultSettleMs,
): () => void {
  const state = (): string => paths.map(stateOf).join();
  let told = state();
  let seen = told;
  let settling: NodeJS.Timeout | undefined;
  const look = (): void => {
    const now = state();
    if (now === seen) return;
    seen = now;
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (seen === told) return;
      told = seen;
      changed();
    }, settleMs);
  };
  const watchers: FSWatcher[] = [];
  const end = (): void => {
    clearTimeout(settling);
    for (const watcher of watchers) watcher.close();
  };
  const fail = (error: NodeJS.ErrnoException): void => {
    end();
    failed(error);
  };
  try {
    for (const folder of new Set(paths.map((path) => dirname(path)))) {
      watchers.push(watch(folder, { persistent: false }, look).on('error', fail));
    }
  } catch (error) {
    fail(error as NodeJS.ErrnoException);
  }
  return end;
}

/** Tells a file from its next version. */
function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '-' : `${stats.ino}/${stats.size}/${stats.mtimeMs}`;
}
