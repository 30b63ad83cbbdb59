import { LinkChecker, LinkState } from 'linkinator';

/** Follows every link between the pages of a built site, anchors too; links that lead elsewhere are not asked. One line for each that is dead. */
export async function deadLinks(folder: string): Promise<readonly string[]> {
  const { links } = await new LinkChecker().check({
    path: '**/*.html',
    serverRoot: folder,
    checkFragments: true,
    cleanUrls: true,
    linksToSkip: async (link) => !/^http:\/\/(localhost|127\.0\.0\.1)/.test(link),
  });
  const place = (url: string): string => new URL(url).pathname + new URL(url).hash;
  return links
    .filter(({ state }) => state === LinkState.BROKEN)
    .map(
      ({ url, parent }) =>
        `${parent === undefined ? 'the site' : place(parent)} links to ${place(url)}, which is not there`,
    );
}
