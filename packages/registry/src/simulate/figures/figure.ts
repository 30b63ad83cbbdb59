/** A table of the document, and what it shows. */
export interface Figure {
  /** Between whose markers it stands: `<!-- figure:name -->`. */
  readonly name: string;
  /** First row: the heads of the columns. */
  readonly rows: readonly (readonly string[])[];
}

/** The table in Markdown. */
function markdownOf({ rows }: Figure): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...body.map(line)].join(
    '\n',
  );
}

/**
 * The document with every figure brought up to date between its markers. Throws if a figure has no markers there, or markers no
 * figure.
 */
export function withFigures(document: string, figures: readonly Figure[]): string {
  const wanted = new Map(figures.map((figure) => [figure.name, figure]));
  const updated = document.replace(
    /<!-- figure:([\w-]+) -->\n[\s\S]*?<!-- \/figure -->/g,
    (_, name: string) => {
      const figure = wanted.get(name);
      if (!figure) throw new Error(`the document has markers for a figure ${name}, which nobody makes`);
      wanted.delete(name);
      return `<!-- figure:${name} -->\n${markdownOf(figure)}\n<!-- /figure -->`;
    },
  );
  const [missing] = wanted.keys();
  if (missing !== undefined) throw new Error(`the document has no markers for the figure ${missing}`);
  return updated;
}

export function ms(value: number): string {
  return value < 10_000 ? `${Math.round(value)} ms` : seconds(value);
}

export function seconds(value: number): string {
  return `${(value / 1000).toFixed(1)} s`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`;
}
