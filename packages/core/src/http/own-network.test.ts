import { describe, expect, it } from 'vitest';
import { isLoopback, isOnOwnNetwork } from './own-network.ts';

/** A host as URL writes it. */
const hostOf = (host: string): string => new URL(`http://${host}/`).hostname;

describe('a host', () => {
  it.each([
    'localhost',
    'localhost.',
    'LOCALHOST',
    'a.localhost',
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '127.255.255.254',
    '[::1]',
    '[::ffff:127.0.0.1]',
  ])('%s is this machine', (host) => {
    expect(isLoopback(hostOf(host))).toBe(true);
    expect(isOnOwnNetwork(hostOf(host))).toBe(true);
  });

  it.each([
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '[::]',
    '[fd00::1]',
    '[fe80::1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::10.0.0.1]',
    '[64:ff9b:1::10.0.0.1]',
    '[::ffff:0:10.0.0.1]',
    '[2002:a00:1::]',
    '[2001:0:a00:1::]',
    '[fec0::1]',
    '[ff02::1]',
    '224.0.0.1',
    '255.255.255.255',
    'intranet',
    'intranet.',
    'printer.local',
    'metadata.google.internal',
    'nas.home.arpa',
  ])('%s is on somebody’s own network', (host) => {
    expect(isLoopback(hostOf(host))).toBe(false);
    expect(isOnOwnNetwork(hostOf(host))).toBe(true);
  });

  it.each([
    'example.org',
    '127.0.0.1.example.org',
    '10.example.org',
    'notlocalhost.org',
    'local.example.org',
    '223.255.255.255',
    '[2001:1::1]',
    'localhost.example.org',
    '8.8.8.8',
    '172.32.0.1',
    '192.169.0.1',
    '100.128.0.1',
    '[2001:db8::1]',
    '[::ffff:8.8.8.8]',
    'fd00.example.org',
  ])('%s is elsewhere', (host) => {
    expect(isLoopback(hostOf(host))).toBe(false);
    expect(isOnOwnNetwork(hostOf(host))).toBe(false);
  });
});
