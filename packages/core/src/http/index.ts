export { headerCredentials } from './header-credentials.ts';
export { createHttpClient, type HttpClient, type HttpClientOptions } from './http-client.ts';
export type { HttpBody, HttpHead, HttpRequest, HttpResponse } from './http-message.ts';
export {
  defineHttpProvider,
  type EncodeContext,
  type EventDecoder,
  type HttpProviderSpec,
  type ResolvedRequest,
  responseEvents,
  staticModels,
  withHeaders,
} from './http-provider.ts';
export {
  type HopAnswer,
  type HopBody,
  type HttpHop,
  type HttpInterceptor,
  interceptHttp,
} from './interceptor.ts';
export { type ProxyEnvironment, proxyEnvironment, proxyFor } from './proxy.ts';
export { redirected } from './redirect.ts';
