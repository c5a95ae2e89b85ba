import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { BackendUnavailable, type MailboxAccess } from '../../store/index.ts';
import type { Identity } from '../identity.ts';
import { isBrokenBody, readRawBodies } from '../raw-body.ts';
import { autodiscoverLimits } from './limits.ts';
import { parseRequest } from './request.ts';
import { type AutodiscoverErrorCode, errorXml, outlookSchema, type ServiceUrls, settingsXml } from './response.ts';

export interface AnnouncedServices {
  /** `https://mail.example.com`; the address that the request came to when absent. */
  readonly publicUrl?: string;
  /** Paths, as `/EWS/Exchange.asmx`, of what is served besides; nothing is announced that is not. */
  readonly ewsPath?: string;
  readonly offlineAddressBookPath?: string;
}

export interface AutodiscoverOptions extends AnnouncedServices {
  readonly mailboxes: MailboxAccess;
  /** One GUID for all mailboxes of this installation, the same for ever. */
  readonly deploymentId: string;
}

const pox = '/autodiscover/autodiscover.xml';
const json = '/autodiscover/autodiscover.json';

/**
 * Plain-old-XML Autodiscover (MS-OXDSCLI) for authenticated requests. The Fastify instance has to match paths in any
 * case of letters (`routerOptions.caseSensitive` false).
 */
export function autodiscover(options: AutodiscoverOptions): FastifyPluginAsync {
  return async (fastify) => {
    readRawBodies(fastify, autodiscoverLimits.requestBody);
    fastify.setErrorHandler((error: { code?: string }, request, reply) => {
      const broken = isBrokenBody(error);
      if (!broken) request.log.error({ err: error }, 'Autodiscover failed');
      return reply
        .code(200)
        .type('text/xml; charset=utf-8')
        .send(errorXml(broken ? 600 : 603));
    });
    fastify.route({
      method: ['GET', 'POST'],
      url: pox,
      exposeHeadRoute: false,
      bodyLimit: autodiscoverLimits.requestBody,
      handler: async (request, reply) => {
        const xml = await answer(options, request);
        return reply.type('text/xml; charset=utf-8').header('cache-control', 'private').send(xml);
      },
    });
  };
}

async function answer(options: AutodiscoverOptions, request: FastifyRequest): Promise<string> {
  const asked = request.method === 'POST' && Buffer.isBuffer(request.body) ? parseRequest(request.body) : undefined;
  if (asked === undefined) return errorXml(600);
  const who = asked.emailAddress ?? asked.legacyDn;
  if (who === undefined || asked.acceptableResponseSchema === undefined) return errorXml(600);
  if (asked.acceptableResponseSchema !== outlookSchema) return errorXml(601);
  if (asked.emailAddress !== undefined && !/^[^\s@]+@[^\s@]+$/.test(asked.emailAddress)) return errorXml(501);
  let mailbox: Identity | undefined;
  try {
    mailbox = await findMailbox(options.mailboxes, request.identity, who);
  } catch (error) {
    return errorXml(failureCode(request, error));
  }
  if (mailbox === undefined) return errorXml(500);
  return settingsXml(mailbox, options.deploymentId, serviceUrls(options, request));
}

function findMailbox(access: MailboxAccess, identity: Identity, who: string): Promise<Identity | undefined> | Identity {
  const name = who.toLowerCase();
  if (name === identity.address || name === identity.legacyDn.toLowerCase()) return identity;
  // Any right on it will do; without one it is as though it were not there.
  return access.resolve(identity, who);
}

function failureCode(request: FastifyRequest, error: unknown): AutodiscoverErrorCode {
  if (!(error instanceof BackendUnavailable)) request.log.error({ err: error }, 'Autodiscover failed');
  return 603;
}

function serviceUrls(options: AnnouncedServices, request: FastifyRequest): ServiceUrls {
  const origin = originOf(options.publicUrl, request);
  return {
    origin,
    ...(options.ewsPath === undefined ? {} : { ews: origin + options.ewsPath }),
    ...(options.offlineAddressBookPath === undefined
      ? {}
      : { offlineAddressBook: origin + options.offlineAddressBookPath }),
  };
}

/** The configured address, or the one that the client used to come here. */
function originOf(publicUrl: string | undefined, request: FastifyRequest): string {
  const text = publicUrl ?? `${request.protocol}://${request.headers.host ?? ''}`;
  return URL.canParse(text) ? new URL(text).origin : `${request.protocol}://localhost`;
}

/**
 * Autodiscover version 2: where to find the protocol that a client names. Needs no authentication and tells nothing
 * about whether an address exists.
 */
export function autodiscoverJson(options: AnnouncedServices): FastifyPluginAsync {
  return async (fastify) => {
    for (const url of [json, `${json}/:version/:email`, `${json}/:version`, `${json}/`]) {
      fastify.get(url, { exposeHeadRoute: false }, async (request, reply) => {
        const query = new Map<string, string>();
        for (const [name, value] of Object.entries(request.query as Record<string, unknown>)) {
          if (typeof value === 'string') query.set(name.toLowerCase(), value);
        }
        const email = (request.params as { email?: string }).email ?? query.get('email') ?? query.get('emailaddress');
        const protocol = query.get('protocol');
        if (!email)
          return reply
            .code(400)
            .send(
              jsonError('MandatoryParameterMissing', "A valid value must be provided for the query parameter 'Email'."),
            );
        if (!protocol)
          return reply
            .code(400)
            .send(
              jsonError(
                'MandatoryParameterMissing',
                "A valid value must be provided for the query parameter 'Protocol'.",
              ),
            );
        const found = protocols(serviceUrls(options, request)).find(
          ([name]) => name.toLowerCase() === protocol.toLowerCase(),
        );
        if (found === undefined)
          return reply.code(400).send(jsonError('ProtocolNotSupported', 'The given protocol is not supported here.'));
        return reply.header('cache-control', 'private').send({ Protocol: found[0], Url: found[1] });
      });
    }
  };
}

function protocols(urls: ServiceUrls): [name: string, url: string][] {
  return [
    ['AutodiscoverV1', `${urls.origin}/autodiscover/autodiscover.xml`],
    ...(urls.ews === undefined ? [] : [['EWS', urls.ews] as [string, string]]),
  ];
}

function jsonError(code: string, message: string): { ErrorCode: string; ErrorMessage: string } {
  return { ErrorCode: code, ErrorMessage: message };
}
