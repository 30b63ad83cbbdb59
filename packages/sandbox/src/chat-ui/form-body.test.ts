import { describe, expect, it } from 'vitest';
import { formText, parseForm, parseMultipart } from './form-body.ts';

const TYPE = 'multipart/form-data; boundary="a b"';

function part(head: string, value: string): string {
  return `--a b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
}

describe('a multipart body', () => {
  it('gives fields and files, with what stands in them byte for byte', () => {
    const file = part('name="files"; filename="base64;note.txt"', 'ZmlsZQ==');
    const value = 'one\r\ntwo -- \u00e9';
    const fields = parseMultipart(
      TYPE,
      Buffer.from(`preamble\r\n${file}${part('name="data"', value)}--a b--\r\nepilogue`),
    );
    expect(formText(fields ?? [], 'data')).toBe(value);
    expect(fields?.[0]).toMatchObject({ name: 'files', filename: 'base64;note.txt' });
  });

  it.each([
    ['no boundary in the content type', 'multipart/form-data', part('name="data"', 'x')],
    ['a value that contains the boundary', TYPE, `${part('name="data"', 'one\r\n--a bc')}--a b--\r\n`],
    ['no closing boundary', TYPE, part('name="data"', 'x')],
    ['a part without a name', TYPE, `${part('filename="x"', 'x')}--a b--\r\n`],
  ])('is refused with %s', (_, type, body) => {
    expect(parseMultipart(type, Buffer.from(body))).toBeUndefined();
  });

  it('may come as an urlencoded form instead', () => {
    const fields = parseForm('application/x-www-form-urlencoded', Buffer.from('data=%7B%22a%22%3A1%7D'));
    expect(formText(fields ?? [], 'data')).toBe('{"a":1}');
  });
});
