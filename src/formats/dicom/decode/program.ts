/**
 * The program of the decoder's process: decodes one frame after another and does nothing else. It prints nothing; its
 * end (crash, time-out, kill) costs the parent one series.
 */
import { decodeFrame, loadCodec } from './frameCodec.ts';
import type { FrameReply, FrameRequest } from './messages.ts';

function send(reply: FrameReply): void {
  process.send?.(reply);
}

async function answer(request: FrameRequest): Promise<Uint8Array> {
  await loadCodec(request.syntax.coding);
  send({ kind: 'begun' });
  return decodeFrame(request);
}

process.on('message', (request: FrameRequest) => {
  answer(request).then(
    (samples) => { send({ kind: 'decoded', samples }); },
    // what a codec throws quotes the file and crosses no process boundary: the parent says what it was given
    () => { send({ kind: 'failed' }); },
  );
});
// Ctrl-C reaches the whole process group; the parent decides what becomes of its decoder
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
