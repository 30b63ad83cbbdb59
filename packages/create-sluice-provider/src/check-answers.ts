import { builtinModules } from 'node:module';
import { type Answers, idFrom, longestId, protocols, slugOf } from './answers.ts';

/** What is wrong with an answer, and one that would do. */
export interface AnswerProblem {
  readonly problem: string;
  readonly suggestion?: string;
}

/** Says what is wrong with an answer, if anything. */
type Check<Key extends keyof Answers> = (answer: Answers[Key]) => AnswerProblem | undefined;

/** Names that the code of a template has for itself: `createHttpClient`. */
const takenIds: ReadonlySet<string> = new Set(['http-client']);

/** npm's rules for new packages (docs.npmjs.com, package.json, name), and nothing that would have to be escaped. */
const packageName = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
const longestPackageName = 214;

/** Names without a scope that npm refuses: what Node has built in, and what is something else in a folder of packages. */
const takenNames: ReadonlySet<string> = new Set([...builtinModules, 'node_modules', 'favicon.ico']);

/** How each answer is checked. */
export const checks: { readonly [Key in keyof Answers]: Check<Key> } = {
  packageName(name) {
    if (/^@sluice\//i.test(name)) {
      return { problem: 'the scope @sluice is taken', suggestion: `sluice-provider-${idFrom(name)}` };
    }
    if (takenNames.has(name)) {
      return { problem: 'npm takes no such name', suggestion: `sluice-provider-${slugOf(name)}` };
    }
    if (packageName.test(name) && name.length <= longestPackageName) return undefined;
    const [, scope = '', own = name] = /^@?([^/]*)\/(.*)$/.exec(name) ?? [];
    const parts = [slugOf(scope), slugOf(own) || 'sluice-provider'];
    return {
      problem: 'npm takes lower-case letters, digits, hyphens, dots and underscores, with or without a scope',
      suggestion: (parts[0] === '' ? `${parts[1]}` : `@${parts[0]}/${parts[1]}`).slice(0, longestPackageName),
    };
  },
  id(id) {
    if (takenIds.has(id)) return { problem: 'the code has this name for itself', suggestion: `my-${id}` };
    if (/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(id) && id.length <= longestId) return undefined;
    return {
      problem: `an id has at most ${longestId} lower-case letters, digits and single hyphens, and begins with a letter`,
      suggestion: idFrom(id),
    };
  },
  title(title) {
    if (/^[^\p{Cc}'"`\\<>|*]{1,60}$/u.test(title) && title.trim() === title) return undefined;
    const suggestion = title
      .replace(/[\p{Cc}'"`\\<>|*]+/gu, '')
      .slice(0, 60)
      .trim();
    return {
      problem: 'a title has 1 to 60 characters, no straight quotes and none of \\ < > | *',
      ...(suggestion === '' ? {} : { suggestion }),
    };
  },
  protocol(protocol) {
    if (Object.hasOwn(protocols, protocol)) return undefined;
    const known = Object.keys(protocols);
    const near = known.find((each) => each.startsWith(slugOf(protocol).slice(0, 2)));
    return { problem: `there are ${known.join(', ')}`, ...(near === undefined ? {} : { suggestion: near }) };
  },
  baseURL(baseURL) {
    const example = 'https://api.example.com/v1';
    const url = URL.parse(baseURL);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      return {
        problem: 'an address begins with http:// or https://',
        suggestion: suggestedURL(baseURL) ?? example,
      };
    }
    // Never repeated: it may be a real password.
    if (url.username !== '' || url.password !== '') {
      return { problem: 'an address in a package must hold no password' };
    }
    if (url.search !== '' || url.hash !== '' || /[\s'"`\\<>|*]/.test(baseURL)) {
      return {
        problem: 'an address ends with its path, and has no spaces or quotes',
        suggestion: url.origin,
      };
    }
    return undefined;
  },
  needsKey: () => undefined,
};

/** `api.example.com/v1` is meant as an address. */
function suggestedURL(text: string): string | undefined {
  const looksLikeHost = /^[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:\/[\w./-]*)?$/.test(text);
  return looksLikeHost ? `https://${text}` : undefined;
}

/** A problem in one line. */
export function problemLine({ problem, suggestion }: AnswerProblem): string {
  return suggestion === undefined ? problem : `${problem}; ${suggestion} would do`;
}
