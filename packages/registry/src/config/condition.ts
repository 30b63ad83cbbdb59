import { type ChatRequest, type ContentPart, nonTextParts, promptTexts } from '@sluice/core';

/** Which requests a target takes: everything that is given must hold. */
export interface ConditionConfig {
  /** The least text, in UTF-16 units, all messages together. */
  readonly minInputChars?: number;
  /** The most text, in UTF-16 units, all messages together. */
  readonly maxInputChars?: number;
  /** `true`: only with tools; `false`: only without. */
  readonly hasTools?: boolean;
  /** Images in messages. */
  readonly hasImages?: boolean;
  /** Sound in messages. */
  readonly hasAudio?: boolean;
  /** Files in messages. */
  readonly hasFiles?: boolean;
  /** Whether the answer must be JSON. */
  readonly wantsJson?: boolean;
  /** The request's `user`, or one of several. */
  readonly user?: string | readonly string[];
  /** Values of metadata fields; of each field one, or one of several. */
  readonly metadata?: { readonly [field: string]: string | readonly string[] };
}

/** Answers `true`, or why a request is not taken. */
export type ConditionCheck = (request: ChatRequest) => true | string;

/** What a yes-or-no condition looks at, and what its two answers are called. */
interface Trait {
  readonly holds: (request: ChatRequest) => boolean;
  readonly with: string;
  readonly without: string;
}

const hasPart =
  (type: ContentPart['type']) =>
  ({ messages }: ChatRequest): boolean =>
    messages.some(({ content }) => nonTextParts(content).some((part) => part.type === type));

const traits: { readonly [Name in 'hasTools' | 'hasImages' | 'hasAudio' | 'hasFiles' | 'wantsJson']: Trait } =
  {
    hasTools: {
      holds: ({ tools }) => (tools?.length ?? 0) > 0,
      with: 'with tools',
      without: 'without tools',
    },
    hasImages: { holds: hasPart('image'), with: 'with images', without: 'without images' },
    hasAudio: { holds: hasPart('audio'), with: 'with sound', without: 'without sound' },
    hasFiles: { holds: hasPart('file'), with: 'with files', without: 'without files' },
    wantsJson: {
      holds: ({ responseFormat }) => responseFormat?.type === 'json',
      with: 'for JSON answers',
      without: 'for answers that are no JSON',
    },
  };

/**
 * Makes a predicate of a condition that stands in a file. Its reasons name the condition and never what the request says:
 * neither text nor user nor metadata.
 *
 * @example
 * conditionOf({ maxInputChars: 8_000, hasImages: false })(request); // true, or 'takes only requests without images'
 */
export function conditionOf(condition: ConditionConfig): ConditionCheck {
  const { minInputChars = 0, maxInputChars = Number.POSITIVE_INFINITY, user, metadata = {} } = condition;
  const wanted = Object.entries(traits).flatMap(([name, trait]) => {
    const value = condition[name as keyof typeof traits];
    return value === undefined ? [] : [{ trait, value }];
  });
  const countsText = condition.minInputChars !== undefined || condition.maxInputChars !== undefined;
  return (request) => {
    for (const { trait, value } of wanted) {
      if (trait.holds(request) !== value) {
        return `takes only requests ${value ? trait.with : trait.without}`;
      }
    }
    if (countsText) {
      const chars = inputChars(request);
      if (chars < minInputChars)
        return `takes requests of ${minInputChars} characters and more, this has ${chars}`;
      if (chars > maxInputChars)
        return `takes requests of up to ${maxInputChars} characters, this has ${chars}`;
    }
    if (user !== undefined && !isOneOf(request.user, user)) return 'takes only requests of certain users';
    for (const [field, values] of Object.entries(metadata)) {
      const own = request.metadata ?? {};
      const value = Object.hasOwn(own, field) ? own[field] : undefined;
      if (!isOneOf(value, values)) return `takes only requests with certain values of metadata.${field}`;
    }
    return true;
  };
}

function inputChars({ messages }: ChatRequest): number {
  return promptTexts(messages).reduce((sum, { length }) => sum + length, 0);
}

function isOneOf(value: string | undefined, wanted: string | readonly string[]): boolean {
  return value !== undefined && (typeof wanted === 'string' ? value === wanted : wanted.includes(value));
}
