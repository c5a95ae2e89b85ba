import type { FastifyError, FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { isBrokenBody, readRawBodies } from '../raw-body.ts';
import type { ExecuteRops, RopServices, Session } from '../rop/session.ts';
import { type AddressBookHandler, type AddressBookSession, addressBookRequestTypes } from './address-book.ts';
import { ContextTable } from './contexts.ts';
import { commonHeaders, createEndpoint, defaultTiming, sendError, type Timing } from './endpoint.ts';
import { mapiHttpLimits } from './limits.ts';
import { mailboxRequestTypes } from './mailbox.ts';
import { ResponseError, responseCode } from './response-code.ts';

export interface MapiHttpOptions {
  readonly services: RopServices;
  readonly executeRops: ExecuteRops;
  /** The address book; without it the endpoint answers that it is disabled. */
  readonly nspi?: AddressBookHandler;
  readonly timing?: Partial<Timing>;
}

/**
 * Serves MAPI over HTTP (MS-OXCMAPIHTTP) at /mapi/emsmdb/ and /mapi/nspi/. Requests have to be authenticated before:
 * `request.identity`. Contexts end with the Fastify instance, which has to match paths in any case of letters
 * (`routerOptions.caseSensitive` false).
 */
export function mapiHttp(options: MapiHttpOptions): FastifyPluginAsync {
  return async (fastify) => {
    const timing: Timing = { ...defaultTiming, ...options.timing };
    const mailboxContexts = new ContextTable<Session>(timing.expiryMs);
    const addressBookContexts = new ContextTable<AddressBookSession>(timing.expiryMs);
    const mailboxTypes = mailboxRequestTypes({
      services: options.services,
      executeRops: options.executeRops,
      timing,
      contexts: mailboxContexts,
    });
    const addressBookTypes = addressBookRequestTypes(options.nspi, addressBookContexts);
    const mailbox = createEndpoint({
      path: '/mapi/emsmdb',
      timing,
      contexts: mailboxContexts,
      requestType: (name) => mailboxTypes.get(name),
    });
    const addressBook = createEndpoint({
      path: '/mapi/nspi',
      timing,
      contexts: addressBookContexts,
      requestType: (name) => addressBookTypes.get(name),
    });

    readRawBodies(fastify, mapiHttpLimits.requestBody);
    fastify.setErrorHandler(async (error: FastifyError, request, reply) => {
      if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') await readRest(request);
      commonHeaders(request, reply, timing);
      return sendError(request, reply, asResponseError(error));
    });
    route(fastify, '/mapi/emsmdb', mailbox.handle);
    route(fastify, '/mapi/nspi', addressBook.handle);
    // Before the listener waits for open requests: that ends the NotificationWaits among them.
    fastify.addHook('preClose', async () => {
      mailbox.close();
      addressBook.close();
    });
  };
}

/** A client that is still sending when the connection closes never sees the answer, so a bounded rest is read. */
async function readRest({ raw }: FastifyRequest): Promise<void> {
  let size = 0;
  try {
    for await (const chunk of raw) {
      size += (chunk as Buffer).length;
      if (size > mapiHttpLimits.readRest) return;
    }
  } catch {
    // The client has gone.
  }
}

/** Any method, with and without the last slash. */
function route(
  fastify: FastifyInstance,
  path: string,
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
): void {
  for (const url of [path, `${path}/`]) {
    fastify.route({
      method: fastify.supportedMethods,
      url,
      exposeHeadRoute: false,
      bodyLimit: mapiHttpLimits.requestBody,
      handler,
    });
  }
}

function asResponseError(error: FastifyError): unknown {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new ResponseError(responseCode.tooLarge, 'The request is too large.');
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new ResponseError(responseCode.invalidHeader, 'Content-Type is not application/mapi-http.');
  if (isBrokenBody(error))
    return new ResponseError(responseCode.invalidRequestBody, 'The request body cannot be read.');
  return error;
}
