const redacted = '[redacted]';

/** Shapes of credentials that upstreams are known to echo: bearer and basic tokens, `sk-` keys, JWTs, and `key=`/`token=` values. */
const credentialShapes: readonly RegExp[] = [
  /\b(?:bearer|basic)\s+[\w.~+/=-]{6,}/gi,
  /\b(?:sk|pk|rk|gsk|hf|xai|AIza)[-_][\w-]{6,}/g,
  /\beyJ[\w-]{8,}\.[\w-]+\.?[\w-]*/g,
  /(["']?(?:api[-_]?key|access[-_]?token|secret|password|cookie|authorization)["']?\s*[:=]\s*)(["']?)[^\s"',;&}]{4,}\2/gi,
];

/** What must not be seen: credentials that the call used, and the caller's own words. */
export interface Secrets {
  /** Exact values: keys, cookies, proxy passwords. Shorter than 4 characters are ignored. */
  readonly credentials?: readonly string[];
  /** Texts of the prompt. Shorter than 16 characters are left: replacing them would only mangle the message. */
  readonly prompts?: readonly string[];
}

/** Replaces credentials and prompt texts in a text that comes from elsewhere. */
export function redact(text: string, secrets: Secrets = {}): string {
  let out = text;
  for (const value of secrets.credentials ?? []) {
    if (value.length >= 4) out = out.split(value).join(redacted);
  }
  for (const shape of credentialShapes) {
    out = out.replace(shape, (_whole, label: unknown) =>
      typeof label === 'string' ? `${label}${redacted}` : redacted,
    );
  }
  for (const prompt of secrets.prompts ?? []) {
    for (const form of [prompt, JSON.stringify(prompt).slice(1, -1)]) {
      if (form.trim().length >= 16) out = out.split(form).join('[prompt]');
    }
  }
  return out;
}

/** The first `maxChars` of a text, with a mark where something was cut off. */
export function bounded(text: string, maxChars: number): string {
  return text.length <= maxChars
    ? text
    : `${text.slice(0, maxChars)}… (${text.length - maxChars} more characters)`;
}
