import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { ResponseError, responseCode } from './response-code.ts';

/** When a request began, for X-ElapsedTime and X-StartTime. */
export interface Began {
  readonly date: Date;
  readonly at: number;
}

/** The DONE tag with its additional headers and the empty line (MS-OXCMAPIHTTP 2.2.7, 3.2.5.2). */
function doneTag(began: Began, code = 0): string {
  const elapsed = Math.max(0, Math.round(performance.now() - began.at));
  const failed = code === 0 ? '' : `X-ResponseCode: ${code}\r\nContent-Type: text/html\r\n`;
  return `DONE\r\n${failed}X-ElapsedTime: ${elapsed}\r\nX-StartTime: ${began.date.toUTCString()}\r\n\r\n`;
}

/** A whole response body of meta-tags and binary body in one buffer. */
export function wholeBody(began: Began, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`PROCESSING\r\n${doneTag(began)}`, 'latin1'), body]);
}

/**
 * Answers in chunks: PROCESSING now, PENDING every period, DONE when the work has ended. A failure comes as another
 * X-ResponseCode after DONE. Headers have to be set already. When the client goes away, `gone` is called.
 */
export function streamBody(
  reply: FastifyReply,
  began: Began,
  work: Promise<Buffer>,
  pendingPeriodMs: number,
  gone: () => void,
): FastifyReply {
  const stream = new PassThrough();
  let ended = false;
  stream.write('PROCESSING\r\n');
  const ticks = setInterval(() => stream.write('PENDING\r\n'), pendingPeriodMs);
  const finish = (...parts: (string | Buffer)[]): void => {
    ended = true;
    clearInterval(ticks);
    if (stream.destroyed) return;
    for (const part of parts) stream.write(part);
    stream.end();
  };
  reply.raw.once('close', () => {
    clearInterval(ticks);
    if (!ended) gone();
    stream.destroy();
  });
  stream.on('error', () => clearInterval(ticks));
  work.then(
    (body) => finish(doneTag(began), body),
    (error: unknown) => {
      const code = error instanceof ResponseError ? error.code : responseCode.unknownFailure;
      finish(doneTag(began, code), errorPage(code, error instanceof ResponseError ? error.message : ''));
    },
  );
  return reply.send(stream);
}

/** The diagnostic body of a failed request. `message` is our own text. */
export function errorPage(code: number, message: string): string {
  return `<html><head><title>X-ResponseCode ${code}</title></head><body><p>${message || 'The request failed.'}</p></body></html>\r\n`;
}
