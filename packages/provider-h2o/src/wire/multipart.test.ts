import { describe, expect, it } from 'vitest';
import { multipartField } from './multipart.ts';

describe('a form with one field', () => {
  it('is written as RFC 7578 says', () => {
    expect(multipartField('data', '{"a":1}', () => 'B')).toEqual({
      contentType: 'multipart/form-data; boundary=B',
      body: '--B\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"a":1}\r\n--B--\r\n',
    });
  });

  it('is read as it was meant, whatever is in it', async () => {
    const value = 'a\r\n--B--\r\n--C\r\nContent-Disposition: form-data; name="data"\r\n\r\nevil 🦙';
    const boundaries = ['B', 'C', 'D'];
    const { contentType, body } = multipartField('data', value, () => boundaries.shift() ?? 'none');
    const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
    expect([...form]).toEqual([['data', value]]);
  });
});
