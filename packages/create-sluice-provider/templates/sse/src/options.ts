/** Options of `createAcme`. */
export interface AcmeOptions {
  /** Names the provider in errors and in a registry. Default `acme`. */
  readonly id?: string;
  /** Address of the API. Default `https://acme.example/api`. */
  readonly baseURL?: string;
  // key:begin
  /** The key, sent as a bearer token. */
  readonly apiKey: string;
  // key:end
}
