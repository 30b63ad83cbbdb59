interface Range {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly order: number;
}

function ranges(accept: string): Range[] {
  return accept
    .split(',')
    .map((part, order) => {
      const [media = '', ...parameters] = part.split(';').map((piece) => piece.trim());
      const [type = '', subtype = ''] = media.split('/');
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return { type, subtype, quality: Number(quality), order };
    })
    .sort((one, other) => {
      if (one.quality !== other.quality) return other.quality - one.quality;
      const specificity = (range: Range): number =>
        Number(range.type !== '*') + Number(range.subtype !== '*');
      return specificity(other) - specificity(one) || one.order - other.order;
    });
}

/**
 * Which of the offered types a client likes best, as SvelteKit decides: undefined when it names none.
 * The offer `*` stands for an endpoint that may send anything, and only the any-type range asks for it.
 */
export function negotiate(accept: string, offers: readonly string[]): string | undefined {
  const wanted = ranges(accept);
  let best: string | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const offer of offers) {
    const [type, subtype] = offer.split('/');
    const rank = wanted.findIndex(
      (range) =>
        (range.type === type || range.type === '*') && (range.subtype === subtype || range.subtype === '*'),
    );
    if (rank !== -1 && rank < bestRank) {
      best = offer;
      bestRank = rank;
    }
  }
  return best;
}

/** Whether a request is meant for a page and not for the endpoint at the same address. */
export function wantsPage(accept: string | undefined): boolean {
  return negotiate(accept ?? '*/*', ['*', 'text/html']) === 'text/html';
}
