import { Buffer } from 'node:buffer';

/** How a file of a type begins: bytes as text, `.` for any. */
interface Signature {
  readonly mediaType: string;
  readonly begins: string;
}

/** The types that models take. Sources: the file format specifications, as the WHATWG MIME Sniffing Standard lists them. */
const signatures: readonly Signature[] = [
  { mediaType: 'image/png', begins: '\x89PNG\r\n\x1a\n' },
  { mediaType: 'image/jpeg', begins: '\xff\xd8\xff' },
  { mediaType: 'image/gif', begins: 'GIF8' },
  { mediaType: 'image/webp', begins: 'RIFF....WEBP' },
  { mediaType: 'image/bmp', begins: 'BM' },
  { mediaType: 'image/avif', begins: '....ftypavif' },
  { mediaType: 'image/heic', begins: '....ftypheic' },
  { mediaType: 'audio/wav', begins: 'RIFF....WAVE' },
  { mediaType: 'audio/mpeg', begins: 'ID3' },
  { mediaType: 'audio/mpeg', begins: '\xff\xfb' },
  { mediaType: 'audio/ogg', begins: 'OggS' },
  { mediaType: 'audio/flac', begins: 'fLaC' },
  { mediaType: 'audio/mp4', begins: '....ftypM4A' },
  { mediaType: 'application/pdf', begins: '%PDF' },
];

const longestSignature = 12;

/** The part of a media type before the slash. */
export function topLevelOf(mediaType: string): string {
  return mediaType.split('/', 1)[0] ?? '';
}

/**
 * The full type of base64 data that is declared as `image/png`, or only as `image` or `image/*`; then its first bytes tell.
 * Nothing where they don't.
 */
export function fullMediaType(declared: string, base64: string): string | undefined {
  if (/^[^/*]+\/[^/*]+$/.test(declared)) return declared;
  const top = topLevelOf(declared);
  const first = Buffer.from(base64.slice(0, longestSignature * 2), 'base64').toString('latin1');
  return signatures.find(
    ({ mediaType, begins }) => topLevelOf(mediaType) === top && beginsWith(first, begins),
  )?.mediaType;
}

function beginsWith(text: string, pattern: string): boolean {
  return [...pattern].every((unit, index) => unit === '.' || unit === text[index]);
}
