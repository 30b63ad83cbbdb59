import type { WorkspacePackage } from '../workspace/packages.ts';
import type { Release } from './scratch-release.ts';

/**
 * Packages that release less than a break although a package that they peer on breaks. Whoever upgrades such a package gets a
 * new major of its peer along with it: a break, whatever its own number says. Changesets 3 raises a peer's dependants by a patch
 * only, so their majors are written by hand, and this says which are missing. One line each; empty when none is.
 */
export function unannouncedBreaks(
  releases: ReadonlyMap<string, Release>,
  packages: readonly WorkspacePackage[],
): readonly string[] {
  return packages.flatMap(({ manifest: { name, peerDependencies = {} } }) => {
    const own = releases.get(name);
    if (own !== undefined && (isBreak(own) || isFirst(own))) return [];
    return Object.keys(peerDependencies).flatMap((peer) => {
      const its = releases.get(peer);
      if (its === undefined || !isBreak(its)) return [];
      const step = its.to.startsWith('0.') ? 'minor' : 'major';
      return [
        `${name} takes ${peer} as a peer, and that goes from ${its.from} to ${its.to}: add a changeset with '${name}': ${step}`,
      ];
    });
  });
}

/** Nobody has a version that was never published. */
function isFirst({ from }: Release): boolean {
  return from === '0.0.0';
}

/** Whether users of the old version can't take the new one as it is: another major or, below 1.0.0, another minor. */
function isBreak(release: Release): boolean {
  if (isFirst(release)) return false;
  const { from, to } = release;
  const [oldMajor, oldMinor] = from.split('.');
  const [major, minor] = to.split('.');
  return oldMajor !== major || (major === '0' && oldMinor !== minor);
}
