import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DefaultTheme, defineConfig, type UserConfig } from 'vitepress';
import { contentFolder } from './content.ts';
import { type Page, pages, type Section } from './pages.ts';

const all = pages();

/** A page is called what its first heading says. */
function titleOf({ path }: Page): string {
  const heading = /^# (.+)$/m.exec(readFileSync(join(contentFolder, `${path}.md`), 'utf8'))?.[1] ?? path;
  return heading.replace(/`/g, '');
}

const items = (section: Section): DefaultTheme.SidebarItem[] =>
  all
    .filter((page) => page.section === section)
    .map((page) => ({ text: titleOf(page), link: `/${page.path}` }));

/** The reference's modules: what can be imported. */
function modules(): DefaultTheme.SidebarItem[] {
  const index = join(contentFolder, 'reference', 'index.md');
  if (!existsSync(index)) return [];
  return [...readFileSync(index, 'utf8').matchAll(/^- \[(.+)\]\((.+)\.md\)$/gm)].map(
    ([, text = '', link]) => ({
      text,
      link: `/reference/${link}`,
    }),
  );
}

export const siteConfig: UserConfig<DefaultTheme.Config> = defineConfig({
  title: 'Sluice',
  description:
    'Chat completions: many providers behind one interface, and a registry that routes between them.',
  srcDir: '.content',
  outDir: 'dist',
  cleanUrls: true,
  // A dead link fails the build.
  ignoreDeadLinks: false,
  vite: { build: { target: 'es2022', chunkSizeWarningLimit: 5_000 } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      ...(readdirSync(contentFolder).includes('guide')
        ? [{ text: 'Guides', link: items('guide')[0]?.link ?? '/' }]
        : []),
      { text: 'Manual', link: '/manual/architecture' },
      { text: 'Packages', link: '/packages/core' },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: {
      '/reference/': [{ text: 'Reference', items: modules() }],
      '/': [
        { text: 'Guides', items: items('guide') },
        { text: 'Manual', items: items('manual') },
        { text: 'Packages', items: items('packages') },
        { text: 'Decisions', collapsed: true, items: items('decisions') },
      ],
    },
    socialLinks: [{ icon: 'github', link: 'https://github.com/sluice-js/sluice' }],
  },
});
