/** A request of HTTP. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'PATCH';
  readonly url: string | URL;
  /** Names in any case; a later layer's name wins over an earlier one's. */
  readonly headers?: { readonly [name: string]: string | undefined };
  readonly body?: string | Uint8Array;
  /** `manual` hands a redirect to the caller. Default `follow`. */
  readonly redirect?: 'follow' | 'manual';
}

/** The head of a response. Header names are lower case; repeated ones are joined with `, ` (`set-cookie` with LF). */
export interface HttpHead {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | undefined };
  /** Where it came from, after redirects. */
  readonly url: string;
}

/** The bytes of a response, pulled. Who doesn't read stops the socket. */
export interface HttpBody {
  /** The next bytes, decompressed, or nothing at the end. A chunk that is already here comes without a promise. */
  read(): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Reads to the end as text. Throws `invalid-response` over `maxBytes` (default 16 MiB). */
  text(maxBytes?: number): Promise<string>;
  /** The beginning of the text, for errors: reads at most `maxBytes` and for 2 s, cuts the rest off, and never throws. */
  beginning(maxBytes: number): Promise<string>;
  /** Lets go of a body whose end may not have come yet: keeps the connection if the end follows shortly, else closes it. */
  release(): void;
  /** Closes the socket, if the end was not reached. */
  abort(): void;
}

/** A response of HTTP. */
export interface HttpResponse extends HttpHead {
  readonly body: HttpBody;
}
