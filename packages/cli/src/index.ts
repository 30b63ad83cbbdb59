export { run } from './main.ts';
export { type InputStream, type Io, type OutputStream, processIo } from './terminal/io.ts';
