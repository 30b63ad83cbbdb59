/** A field of a form. */
export interface FormField {
  readonly name: string;
  /** The file name, for a file. */
  readonly filename: string | undefined;
  readonly value: Buffer;
}

const CRLF = '\r\n';

function parameter(header: string, name: string): string | undefined {
  const match = new RegExp(`[;\\s]${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, 'iu').exec(header);
  return match?.[1]?.replaceAll('%22', '"') ?? match?.[2];
}

function parsePart(part: Buffer): FormField | undefined {
  const headEnd = part.indexOf(CRLF + CRLF);
  if (headEnd < 0) return undefined;
  const disposition = part
    .subarray(0, headEnd)
    .toString('utf8')
    .split(CRLF)
    .find((line) => /^content-disposition:\s*form-data\s*;/iu.test(line));
  const name = disposition && parameter(disposition, 'name');
  if (disposition === undefined || name === undefined) return undefined;
  return { name, filename: parameter(disposition, 'filename'), value: part.subarray(headEnd + 4) };
}

/** Splits a multipart body (RFC 7578). Undefined when it is not one to its closing boundary. */
export function parseMultipart(contentType: string, body: Buffer): readonly FormField[] | undefined {
  const boundary = parameter(contentType, 'boundary');
  if (boundary === undefined || boundary === '') return undefined;
  // A line end before the first boundary makes it look like all the others.
  const bytes = Buffer.concat([Buffer.from(CRLF), body]);
  const delimiter = Buffer.from(`${CRLF}--${boundary}`);
  const fields: FormField[] = [];
  let at = bytes.indexOf(delimiter);
  while (at >= 0) {
    const after = at + delimiter.length;
    const mark = bytes.subarray(after, after + 2).toString('latin1');
    if (mark === '--') return fields;
    if (mark !== CRLF) return undefined;
    const end = bytes.indexOf(delimiter, after);
    if (end < 0) return undefined;
    const field = parsePart(bytes.subarray(after + 2, end));
    if (field === undefined) return undefined;
    fields.push(field);
    at = end;
  }
  return undefined;
}

function parseUrlEncoded(body: Buffer): readonly FormField[] {
  return [...new URLSearchParams(body.toString('utf8'))].map(([name, value]) => ({
    name,
    filename: undefined,
    value: Buffer.from(value),
  }));
}

/** Reads a form of either type. Undefined when the content type is no form's, or the body is broken. */
export function parseForm(contentType: string, body: Buffer): readonly FormField[] | undefined {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'multipart/form-data') return parseMultipart(contentType, body);
  if (type === 'application/x-www-form-urlencoded') return parseUrlEncoded(body);
  return undefined;
}

/** The text of the first field with that name. */
export function formText(fields: readonly FormField[], name: string): string | undefined {
  return fields.find((field) => field.name === name && field.filename === undefined)?.value.toString('utf8');
}
