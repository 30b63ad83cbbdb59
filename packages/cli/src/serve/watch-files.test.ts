import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { applicationOf } from '../application.fixture.ts';
import { watchFiles } from './watch-files.ts';

/** Watches files and counts; `next` resolves with the next thing that is told. */
function watching(...paths: readonly string[]) {
  let tell: (what: string) => void = () => {};
  const told: string[] = [];
  const listen = (what: string): void => {
    told.push(what);
    tell(what);
  };
  const end = watchFiles(
    paths,
    { changed: () => listen('changed'), failed: ({ code }) => listen(`failed ${code}`) },
    20,
  );
  onTestFinished(end);
  return { told, end, next: () => new Promise<string>((resolve) => (tell = resolve)) };
}

describe('a watched file', () => {
  it('that is written in several steps has changed once', async () => {
    const file = join(applicationOf({ 'a.json': '{}' }), 'a.json');
    const { told, next } = watching(file);
    const changed = next();
    for (const text of ['', '{', '{ }']) await writeFile(file, text);
    expect(await changed).toBe('changed');
    expect(told).toEqual(['changed']);
  });

  it('is followed when another takes its place, goes, and comes again', async () => {
    const folder = applicationOf({ 'a.json': '{}', 'b.json': '{ }' });
    const { next } = watching(join(folder, 'a.json'));
    for (const step of [
      () => rename(join(folder, 'b.json'), join(folder, 'a.json')),
      () => rm(join(folder, 'a.json')),
      () => writeFile(join(folder, 'a.json'), '{}'),
    ]) {
      const changed = next();
      await step();
      expect(await changed).toBe('changed');
    }
  });

  it('has not changed when others in its folder do', async () => {
    const folder = applicationOf({ 'a.json': '{}', 'log.txt': '' });
    const { told, next } = watching(join(folder, 'a.json'));
    const changed = next();
    await writeFile(join(folder, 'log.txt'), 'more');
    await writeFile(join(folder, 'a.json'), '{ "now": 1 }');
    await changed;
    expect(told).toEqual(['changed']);
  });

  it('in a folder that is not there cannot be watched, which is told', () => {
    expect(watching(join(applicationOf(), 'no', 'a.json')).told).toEqual(['failed ENOENT']);
  });

  it('is left alone once the watch has ended', async () => {
    const folder = applicationOf({ 'a.json': '{}' });
    const { told, end } = watching(join(folder, 'a.json'));
    const other = watching(join(folder, 'a.json'));
    const changed = other.next();
    end();
    await mkdir(join(folder, 'x'));
    await writeFile(join(folder, 'a.json'), '{ }');
    await changed;
    expect(told).toEqual([]);
  });
});
