import type {} from 'fastify';
import type { Identity } from '../store/index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent this request; set by the server's authentication before any protocol sees it. */
    identity: Identity;
  }
}

export type { Identity };
