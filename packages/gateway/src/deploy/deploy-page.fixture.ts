import { readFileSync } from 'node:fs';
import { repository } from './dockerfile.fixture.ts';

/** docs/deploy.md as it stands. */
const deployPage: string = readFileSync(`${repository}docs/deploy.md`, 'utf8');

/** The only example in this language that holds these words. */
export function exampleOf(language: string, words: string): string {
  const blocks = [...deployPage.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text = '']) => text,
  );
  const found = blocks.filter((text) => text.includes(words));
  if (found.length !== 1)
    throw new Error(`${found.length} ${language} examples in docs/deploy.md have "${words}"`);
  return found[0] as string;
}
