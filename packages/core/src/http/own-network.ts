import { BlockList, isIP } from 'node:net';

/** RFC 1122 (127/8) and RFC 4291 (::1): this machine itself. */
const loopback = blockList([['127.0.0.0', 8]], [['::1', 128]]);

/**
 * RFC 1112, 1918, 3879, 3927, 4193, 4291, 6598 and 6890: addresses that only mean something on somebody's own network, or are
 * no single host. Through translators (RFC 2765, 6052 and 8215) and tunnels (RFC 3056, 4380) an address of IPv6 leads to any
 * of IPv4; the mapped ones (`::ffff:…`) BlockList reads as what they stand for.
 */
const own = blockList(
  [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 3],
  ],
  [
    ['::', 96],
    ['::ffff:0:0:0', 96],
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['2001::', 32],
    ['2002::', 16],
    ['fc00::', 7],
    ['fe80::', 9],
    ['ff00::', 8],
  ],
);

/** Whether a host of a URL (a name, or an address with the brackets of IPv6) is this machine itself. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || isIn(loopback, hostname);
}

/** Names that public name servers do not know: RFC 6762 (`local`), RFC 8375 (`home.arpa`), ICANN 2024 (`internal`), and bare ones. */
const ownName = /^[^.:]+$|\.(?:local|internal|home\.arpa)$/;

/** Whether a host of a URL is an address or a name of somebody's own network. Names are not looked up. */
export function isOnOwnNetwork(hostname: string): boolean {
  return isLoopback(hostname) || isIn(own, hostname) || ownName.test(hostname.replace(/\.$/, ''));
}

function isIn(list: BlockList, hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

type Subnet = readonly [network: string, prefixBits: number];

function blockList(ipv4: readonly Subnet[], ipv6: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, prefixBits] of ipv4) list.addSubnet(network, prefixBits, 'ipv4');
  for (const [network, prefixBits] of ipv6) list.addSubnet(network, prefixBits, 'ipv6');
  return list;
}
