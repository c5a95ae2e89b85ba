import type { FastifyInstance } from 'fastify';

/** Gives bodies of every content type to the handlers as they are; larger ones are refused. */
export function readRawBodies(fastify: FastifyInstance, bodyLimit: number): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
}

/** Whether the body could not be read; one that breaks off (ECONNRESET) is the client's doing as well. */
export function isBrokenBody(error: { readonly code?: string }): boolean {
  return error.code?.startsWith('FST_ERR_CTP_') === true || error.code === 'ECONNRESET';
}
