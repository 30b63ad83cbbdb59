import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { settled } from '../config/server-settings.ts';
import { exampleOf } from './deploy-page.fixture.ts';

const unit = exampleOf('ini', '[Service]');
const verifier = '/usr/bin/systemd-analyze';

/** Each `Key=value` of the unit, by section. */
function entriesOf(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  let section = '';
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (header !== undefined) section = header;
    else if (key !== undefined) entries.set(`${section}.${key}`, value ?? '');
    else throw new Error(`no line of a unit: ${line}`);
  }
  return entries;
}

test('the unit drains, reloads, and may do little else', () => {
  const entries = entriesOf(unit);
  expect(entries.get('Service.ExecStart')).toMatch(
    / serve --config \/etc\/sluice\/sluice\.config\.json --log json$/,
  );
  expect(entries.get('Service.ExecReload')).toBe('/bin/kill -HUP $MAINPID');
  expect(entries.get('Service.KillSignal')).toBe('SIGTERM');
  expect(Number.parseInt(entries.get('Service.TimeoutStopSec') ?? '', 10) * 1_000).toBeGreaterThan(
    settled({}).drainMs,
  );
  expect(Number(entries.get('Service.LimitNOFILE'))).toBeGreaterThan(2 * settled({}).maxInFlight);
  for (const hardening of [
    'DynamicUser=yes',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'CapabilityBoundingSet=',
  ])
    expect(unit.split('\n')).toContain(hardening);
  expect(entries.has('Service.MemoryDenyWriteExecute')).toBe(false);
});

const title = existsSync(verifier)
  ? 'systemd itself finds nothing wrong with the unit'
  : 'systemd itself finds nothing wrong with the unit (not checked: apt-get install systemd brings systemd-analyze)';

test.runIf(existsSync(verifier))(title, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-unit-'));
  try {
    const file = join(folder, 'sluice.service');
    // It looks whether the programs are there: Node is elsewhere on this machine.
    await writeFile(file, unit.replace('/usr/bin/node', process.execPath));
    const { stdout, stderr } = await promisify(execFile)(verifier, [
      'verify',
      '--man=no',
      '--recursive-errors=no',
      file,
    ]);
    const ours = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('sluice.service'));
    expect(ours).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
