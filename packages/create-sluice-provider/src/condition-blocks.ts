/** A line that begins or ends what only some packages get: `// key:begin`, `# key:end`, `<!-- sse:begin -->`. */
const marker = /^\s*(?:\* )?(?:\/\/|#|<!--) ([a-z-]+):(begin|end)(?: -->)?$/;

/** A line that only packages without a key get, as a comment: `// no-key: const provider = createAcme();`. */
const commentedOut = /^(\s*(?:\* )?)\/\/ (no-key): (.*)$/;

/**
 * Keeps of a template what its conditions let through. The templates are real code with a key, which compilers and linters see
 * as it stands; so what a package without a key has in its place stands there as a comment.
 *
 * Throws an `Error` for a block that is not closed: a mistake in a template.
 */
export function keepBlocks(text: string, conditions: ReadonlySet<string>): string {
  const open: string[] = [];
  const kept = text.split('\n').flatMap((line) => {
    const [, name = '', edge] = marker.exec(line) ?? [];
    if (edge === 'begin') {
      open.push(name);
      return [];
    }
    if (edge === 'end') {
      if (open.pop() !== name) throw new Error(`a template closes ${name}, which is not open`);
      return [];
    }
    if (!open.every((each) => conditions.has(each))) return [];
    const [, indent = '', condition = '', code = ''] = commentedOut.exec(line) ?? [];
    if (condition === '') return [line];
    return conditions.has(condition) ? [indent + code] : [];
  });
  if (open.length > 0) throw new Error(`a template does not close ${open.join(', ')}`);
  return kept.join('\n');
}
