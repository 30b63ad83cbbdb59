const redacted = '[redacted]';

/** Shorter texts of a prompt are left: replacing them would only mangle the message. */
const shortestPrompt = 16;

/**
 * Shapes of credentials that upstreams are known to echo: bearer and basic tokens, `sk-` keys, JWTs, and `key=`/`token=` values.
 * Each takes a time that grows with the text and not with its square: whoever sends it may have made it for that.
 */
const credentialShapes: readonly RegExp[] = [
  // With a digit, a capital or a sign in it: "basic question" and "bearer of news" are no tokens.
  /\b(?:[Bb]earer|BEARER|[Bb]asic|BASIC)\s+(?=[\w.~+/=-]*?(?:[\dA-Z_~+/=-]|\.\w))[\w.~+/=-]{6,}/g,
  /\b(?:sk|pk|rk|gsk|hf|xai|AIza)[-_][\w-]{6,}/g,
  /\beyJ[\w-]{8,1024}\.[\w-]+\.?[\w-]*/g,
  // In JSON a value ends before an escaped quote or line end, or what is left would be no JSON.
  /(["']?(?:api[-_]?key|(?:access|refresh)[-_]?token|secret|password|cookie|authorization)["']?\s*[:=]\s*)(["']?)(?:[^\s"',;&}\\]|\\[^"'nrt\s]){4,}\2/gi,
];

/** What must not be seen: credentials that the call used, and the caller's own words. */
export interface Secrets {
  /** Exact values: keys, cookies, proxy passwords. Shorter than 4 characters are ignored. */
  readonly credentials?: readonly string[];
  /** Texts of the prompt. Shorter than 16 characters are left. */
  readonly prompts?: readonly string[];
}

/**
 * Replaces credentials and prompt texts in a text that comes from elsewhere. A prompt is found as it is and as JSON writes
 * it, also where only its beginning is there: upstreams quote it in part, and long answers are cut off before they get here.
 */
export function redact(text: string, secrets: Secrets = {}): string {
  let out = text;
  for (const value of longestFirst(secrets.credentials)) {
    if (value.length >= 4) out = out.split(value).join(redacted);
  }
  for (const shape of credentialShapes) {
    // Quotes stay, so that JSON stays JSON.
    out = out.replace(shape, (_whole, label: unknown, quote: unknown) =>
      typeof label === 'string' ? `${label}${quote}${redacted}${quote}` : redacted,
    );
  }
  for (const prompt of longestFirst(secrets.prompts)) {
    const told = prompt.trim();
    if (told.length >= shortestPrompt) out = hide(told, out);
  }
  return out;
}

/** One value may begin with another, whose replacement would leave the rest of it to be seen. */
function longestFirst(values: readonly string[] = []): readonly string[] {
  return [...new Set(values)].sort((a, b) => b.length - a.length);
}

/**
 * The first `most` units of a text as it is, with its white space made even, as JSON, and as the JSON of those who keep to
 * ASCII. A prompt may have megabytes, and only as much of it can be quoted as the quoting text is long.
 */
function formsOf(text: string, most: number): readonly string[] {
  const json = JSON.stringify(text.slice(0, most)).slice(1, -1).slice(0, most);
  const ascii = json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [...new Set([text.slice(0, most), evened(text, most), json, ascii.slice(0, most)])];
}

function evened(text: string, most: number): string {
  let out = '';
  for (const [word] of text.matchAll(/\S+/g)) {
    out += out === '' ? word : ` ${word}`;
    if (out.length >= most) break;
  }
  return out.slice(0, most);
}

/** Replaces every place where a prompt stands in one of its forms, or at least its beginning, as far as the longest goes. */
function hide(prompt: string, text: string): string {
  // One that became short, since most of the prompt is white space, could stand anywhere.
  let beginnings = formsOf(prompt, shortestPrompt).filter(
    (beginning) => beginning.length === shortestPrompt && text.includes(beginning),
  );
  if (beginnings.length === 0) return text;
  const forms = formsOf(prompt, text.length);
  let out = '';
  let from = 0;
  while (true) {
    // One that is not found any more is not searched again.
    beginnings = beginnings.filter((beginning) => text.includes(beginning, from));
    if (beginnings.length === 0) return out + text.slice(from);
    const at = Math.min(...beginnings.map((beginning) => text.indexOf(beginning, from)));
    out += `${text.slice(from, at)}[prompt]`;
    from = at + Math.max(...forms.map((form) => commonLength(form, text, at)));
  }
}

/** How far `form` goes in `text` from `at` on. */
function commonLength(form: string, text: string, at: number): number {
  let length = 0;
  while (length < form.length && form[length] === text[at + length]) length += 1;
  return length;
}

/** The first `maxChars` of a text, with a mark where something was cut off. */
export function bounded(text: string, maxChars: number): string {
  return text.length <= maxChars
    ? text
    : `${text.slice(0, maxChars)}… (${text.length - maxChars} more characters)`;
}
