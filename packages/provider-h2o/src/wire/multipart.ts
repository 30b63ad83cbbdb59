/** A request body with its content type. */
export interface EncodedBody {
  readonly contentType: string;
  readonly body: string;
}

/**
 * One text field as `multipart/form-data` (RFC 7578). `boundaries` gives fresh boundaries; the first one that does not occur
 * in the value is taken, so that no text can close the field.
 */
export function multipartField(name: string, value: string, boundaries: () => string): EncodedBody {
  let boundary = boundaries();
  while (value.includes(boundary)) boundary = boundaries();
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--${boundary}--\r\n`,
  };
}
