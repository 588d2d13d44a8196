/** Sees how the sending of traces goes. */
export interface TracingWatch {
  /** Traces were asked for, and none are sent. */
  impossible(fault: string): void
  /** The SDK warns of something. */
  warned(text: string): void
  /** A batch was not sent. It is not kept. */
  failed(error: unknown): void
  /** A batch was sent. */
  sent(): void
}
