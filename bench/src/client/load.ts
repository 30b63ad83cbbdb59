/** What a client is told to do. */
export interface Load {
  readonly calls: number;
  readonly atOnce: number;
  /** What each call must bring. */
  readonly expected: { readonly text: string; readonly pieces: number; readonly leastBytes: number };
}

/** What it cost, as the operating system counts it, from the first call to the end of the last. */
export interface LoadCost {
  /** User and system time of all threads of the process, garbage collection and compiling among them. */
  readonly cpuMicroseconds: number;
  readonly wallMs: number;
  /** The most memory that was resident since the process began. */
  readonly peakMegabytes: number;
  /** Of each call, where the client looks. */
  readonly firstTokenMs: readonly number[];
}
