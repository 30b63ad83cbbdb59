/** Where a client is pointed at. */
export interface Address {
  /** With `/v1` on OpenAI's wire. */
  readonly baseURL: string;
  readonly model: string;
  /** What a gateway wants to be told. */
  readonly headers?: { readonly [name: string]: string };
  /** `false`: one whole answer. Only the hand-written client of OpenAI's wire can. */
  readonly stream?: boolean;
}

/** What a call brought. */
export interface Received {
  /** The text; nothing where a client throws it away. */
  readonly text?: string;
  /** Pieces of text, or bytes where they are thrown away. */
  readonly pieces: number;
  /** When its first piece was there, in milliseconds from the call. */
  readonly firstTokenMs?: number;
}

/** One way of asking. */
export interface Client {
  ask(): Promise<Received>;
  close(): Promise<void>;
}

/** Imports what a client needs, and points it at an upstream. */
export type MakeClient = (address: Address) => Promise<Client>;

/** What every client says. */
export const question = 'Where does the water go when the gate is shut?';
