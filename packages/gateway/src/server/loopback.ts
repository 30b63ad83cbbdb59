import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address or a host's name is this machine alone. */
export function isLoopback(host: string): boolean {
  // Nearly every request; the list costs microseconds.
  if (host === '127.0.0.1' || host === 'localhost') return true;
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  const version = isIP(name);
  // BlockList knows IPv4 addresses in IPv6's clothes (::ffff:127.0.0.1).
  return version !== 0 && loopback.check(name, version === 4 ? 'ipv4' : 'ipv6');
}

/** The name in a `Host` header, without the port. */
export function hostName(header: string): string {
  return /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(header)?.[1]?.toLowerCase() ?? '';
}
