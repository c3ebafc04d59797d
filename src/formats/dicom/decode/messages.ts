import type { PixelForm } from '../instanceHeader.ts';
import type { TransferSyntax } from '../transferSyntax.ts';

/** One compressed frame, and what its header says of it: all a decoder needs. */
export type FrameRequest = Readonly<{
  frame: Uint8Array;
  form: PixelForm;
  syntax: TransferSyntax;
  /** The pair that one codec applies and that must be taken back. */
  rescale: Readonly<{ slope: number; intercept: number }>;
  /** The frame's file, for the one codec that reads files. */
  path: string;
}>;

/** `begun`: the codec is loaded, and the frame's own time begins. */
export type FrameReply = Readonly<{ kind: 'begun' }> | FrameResult;
export type FrameResult = Readonly<{ kind: 'decoded'; samples: Uint8Array }> | Readonly<{ kind: 'failed' }>;
