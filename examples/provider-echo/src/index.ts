export { createEcho, type EchoOptions } from './create-echo.ts';
