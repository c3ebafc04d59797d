/**
 * The program of the decoder's process: decodes one frame after another and does nothing else. It prints nothing; its
 * end (crash, time-out, kill) costs the parent one series.
 */
import { decodeFrame } from './frameCodec.ts';
import type { FrameReply, FrameRequest } from './messages.ts';

function send(reply: FrameReply): void {
  process.send?.(reply);
}

process.on('message', (request: FrameRequest) => {
  decodeFrame(request).then(
    (samples) => { send({ kind: 'decoded', samples }); },
    // what a codec throws quotes the file and crosses no process boundary: the parent says what it was given
    () => { send({ kind: 'failed' }); },
  );
});
// Ctrl-C reaches the whole process group; the parent decides what becomes of its decoder
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
