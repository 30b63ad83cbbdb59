import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFiles } from './write-files.ts';

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-create-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('when one file cannot be written, none is left, and what was there stays', () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'there', 'z'), { recursive: true });
  writeFileSync(join(folder, 'there', 'notes'), 'notes');
  const files = new Map([
    ['a', 'a'],
    ['deep/er/b', 'b'],
    ['z', 'a folder is in its place'],
  ]);
  expect(() => writeFiles(join(folder, 'there'), files)).toThrow(/EISDIR/);
  expect(readdirSync(join(folder, 'there')).sort()).toEqual(['notes', 'z']);
  const impossible = new Map([
    ['a', 'a'],
    ['a/b', 'b'],
  ]);
  expect(() => writeFiles(join(folder, 'new'), impossible)).toThrow();
  expect(existsSync(join(folder, 'new'))).toBe(false);
});

test('when one file cannot be written, those that were overwritten are as before', () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'README.md'), 'mine');
  mkdirSync(join(folder, 'z'));
  const files = new Map([
    ['README.md', 'new'],
    ['z', 'a folder is in its place'],
  ]);
  expect(() => writeFiles(folder, files)).toThrow(/EISDIR/);
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('mine');
});

test.each(['file', 'src/file'])('a link in the way of %s is not followed out of the folder', (path) => {
  const outside = emptyFolder();
  writeFileSync(join(outside, 'file'), 'of somebody else');
  const folder = emptyFolder();
  const [first = ''] = path.split('/');
  symlinkSync(path === 'file' ? join(outside, 'file') : outside, join(folder, first));
  expect(() => writeFiles(folder, new Map([[path, 'new']]))).toThrow(/is a link/);
  expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('of somebody else');
  expect(readdirSync(folder)).toEqual([first]);
});

test('a folder that is a link itself is one', () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'real'));
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  writeFiles(join(folder, 'link'), new Map([['a', 'a']]));
  expect(readdirSync(join(folder, 'real'))).toEqual(['a']);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
  '%s while it writes leaves all files, not half of them',
  async (signal) => {
    const folder = emptyFolder();
    const program = `
    import { writeFiles } from ${JSON.stringify(join(import.meta.dirname, 'write-files.ts'))};
    function* files() {
      yield ['first', '1'];
      process.kill(process.pid, '${signal}');
      yield ['last', '2'];
    }
    writeFiles(process.argv[1], files());`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, folder]);
    await once(child, 'close');
    expect(readdirSync(folder).sort()).toEqual(['first', 'last']);
  },
);
