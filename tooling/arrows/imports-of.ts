import { parseSync, Visitor } from 'oxc-parser';

/** One module specifier of a source, however it is written: `import`, `export … from`, `import()`, a type's `import()`. */
export interface Import {
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Every module that a TypeScript source names. Comments and strings that look like imports are not taken for any. */
export function importsOf(file: string, text: string): readonly Import[] {
  const found: Import[] = [];
  const note = (
    source: { readonly type: string; readonly start: number; readonly value?: unknown } | null,
  ): void => {
    if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
    found.push({ specifier: source.value, line: text.slice(0, source.start).split('\n').length });
  };
  new Visitor({
    ImportDeclaration: (node) => note(node.source),
    ExportNamedDeclaration: (node) => note(node.source),
    ExportAllDeclaration: (node) => note(node.source),
    ImportExpression: (node) => note(node.source),
    TSImportType: (node) => note(node.source),
  }).visit(parseSync(file, text).program);
  return found.sort((one, other) => one.line - other.line);
}
