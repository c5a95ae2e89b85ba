import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { limits } from '../limits.ts';
import { faultsOverHttp } from '../modules/faults.ts';
import { createLoginFailures, login } from '../modules/login.ts';
import { multiple } from '../modules/multiple.ts';
import { personById } from '../people/person.ts';
import { parseCookies } from '../session/cookies.ts';
import type { Session } from '../session/sessions.ts';
import { type Answer, callbackPage, envelope, errorEnvelope } from './answer.ts';
import { bodyOf, type RequestBody } from './body.ts';
import { type Parameters, parameters } from './parameters.ts';
import type { RateLimit } from './rate-limit.ts';
import {
  ConnectionCut,
  HttpFailure,
  runWithFaults,
  strikeAfter,
  strikeBefore,
  type Transmission,
  withExtraFields,
} from './run.ts';

const jsonType = 'text/javascript; charset=UTF-8';

/** A request, read but not yet believed. */
interface Incoming {
  readonly method: string;
  readonly module: string;
  readonly path: string;
  readonly action: string;
  readonly query: Parameters;
  readonly parameters: Parameters;
  readonly body: RequestBody;
  readonly cookies: ReadonlyMap<string, string>;
  readonly userAgent: string;
  readonly address: string;
  readonly secure: boolean;
}

/** The HTTP side: everything below the prefix it is registered with. */
export function sandboxPlugin(core: Core, rateLimit: RateLimit, clock: () => number): FastifyPluginAsync {
  const failures = createLoginFailures(limits.loginFailures, limits.rateWindowMs, clock);

  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limits.bodyBytes }, (_request, body, done) =>
      done(null, body),
    );
    // A body over the limit is answered 500 by the 7.x server (reference 1.3).
    app.setErrorHandler(async (error: { statusCode?: number }, _request, reply) => {
      const status = error.statusCode === 413 ? 500 : (error.statusCode ?? 500);
      return reply.code(status).type('text/html').send('');
    });
    app.route({
      method: ['GET', 'PUT', 'POST', 'DELETE'],
      url: '/*',
      bodyLimit: limits.bodyBytes,
      handler: (request, reply) => handle(read(request), reply),
    });
  };

  async function handle(incoming: Incoming, reply: FastifyReply): Promise<unknown> {
    const transmission: Transmission = { extraFields: false, truncateAt: undefined, garbleAt: undefined };
    const client = `${incoming.address} ${incoming.userAgent} ${incoming.cookies.get('JSESSIONID') ?? ''}`;
    try {
      if (incoming.module === 'sandbox' && incoming.path === 'faults' && core.settings.faultsOverHttp)
        return send(reply, { data: faultsOverHttp(core, incoming.method, incoming.body) }, transmission);
      if (!rateLimit.allow(client, incoming.userAgent)) throw new HttpFailure(429);
      if (incoming.module === 'login') return await answerLogin(incoming, reply, transmission);
      return await answerAction(incoming, reply, transmission);
    } catch (error) {
      if (error instanceof ConnectionCut) return cut(reply);
      if (error instanceof HttpFailure) return reply.code(error.status).type('text/html').send('');
      return send(reply, errorEnvelope(error, undefined), transmission);
    }
  }

  async function answerLogin(incoming: Incoming, reply: FastifyReply, transmission: Transmission): Promise<unknown> {
    const { module, action } = incoming;
    const faults = core.faults.take({
      module,
      action,
      login: incoming.parameters.text('name')?.split('@')[0],
      parameters: incoming.parameters,
    });
    await strikeBefore(core, faults, incoming.parameters.text('session'));
    const answer = await login(core, incoming, failures);
    await strikeAfter(faults, transmission);
    for (const cookie of answer.cookies ?? []) reply.header('set-cookie', cookie);
    reply.headers(answer.headers ?? {});
    return answer.json === undefined ? reply.type('text/html').send('') : send(reply, answer.json, transmission);
  }

  async function answerAction(incoming: Incoming, reply: FastifyReply, transmission: Transmission): Promise<unknown> {
    let session: Session;
    try {
      session = checkSession(incoming);
    } catch (error) {
      // Faults that need no login strike strangers too.
      const { module, action } = incoming;
      const faults = core.faults.take({ module, action, login: undefined, parameters: incoming.parameters });
      await strikeBefore(core, faults, undefined);
      throw error;
    }
    const person = personById(core, session.personId);
    if (!person) throw new OxError('SES-0203', session.id);
    const request = { ...incoming, person, session };
    if (incoming.module === 'multiple') {
      const faults = core.faults.take({
        module: 'multiple',
        action: '',
        login: person.login,
        parameters: incoming.parameters,
      });
      await strikeBefore(core, faults, session.id);
      const answers = await multiple(core, request, transmission);
      await strikeAfter(faults, transmission);
      return send(reply, answers, transmission);
    }
    let members: unknown;
    try {
      const answer = await runWithFaults(core, request, transmission);
      if ('file' in answer) return sendFile(reply, answer);
      members = envelope(answer, person.locale);
    } catch (error) {
      if (error instanceof ConnectionCut || error instanceof HttpFailure) throw error;
      members = errorEnvelope(error, person.locale);
    }
    const isUpload = incoming.method === 'POST' && incoming.body.contentType.startsWith('multipart/');
    if (isUpload && !incoming.parameters.flag('plainJson'))
      return sendPage(reply, incoming.action, members, transmission);
    return send(reply, members, transmission);
  }

  function checkSession(incoming: Incoming): Session {
    const id = incoming.query.text('session') ?? incoming.parameters.text('session');
    if (incoming.module === 'image' && id === undefined) {
      const session = core.sessions.byPublicCookie(incoming.cookies, incoming.userAgent);
      if (session) return session;
    }
    return core.sessions.check({ ...incoming, id });
  }
}

function read(request: FastifyRequest): Incoming {
  const [module = '', ...path] = (request.params as { '*': string })['*'].split('/');
  const query = request.query as Record<string, unknown>;
  const contentType = request.headers['content-type'] ?? '';
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const isForm = contentType.startsWith('application/x-www-form-urlencoded');
  const form = isForm ? Object.fromEntries(new URLSearchParams(bytes.toString('utf8'))) : {};
  const merged = parameters({ ...form, ...query });
  return {
    method: request.method,
    module,
    path: path.filter(Boolean).join('/'),
    action: merged.text('action') ?? '',
    query: parameters(query),
    parameters: merged,
    body: bodyOf(bytes, contentType),
    cookies: parseCookies(request.headers.cookie),
    userAgent: request.headers['user-agent'] ?? '',
    address: request.ip,
    secure: request.protocol === 'https',
  };
}

/** Breaks the connection without an answer. */
function cut(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.destroy();
  reply.request.raw.socket.destroy();
  return reply;
}

function send(reply: FastifyReply, members: unknown, transmission: Transmission): FastifyReply {
  return sendText(
    reply,
    JSON.stringify(transmission.extraFields ? withExtraFields(members) : members),
    jsonType,
    transmission,
  );
}

function sendPage(reply: FastifyReply, action: string, members: unknown, transmission: Transmission): FastifyReply {
  const shown = transmission.extraFields ? withExtraFields(members) : members;
  return sendText(reply, callbackPage(action, shown), 'text/html; charset=UTF-8', transmission);
}

function sendText(reply: FastifyReply, text: string, type: string, transmission: Transmission): FastifyReply {
  const bytes = Buffer.from(text);
  const place = (at: number) => (at < 0 ? Math.floor(bytes.length / 2) : Math.min(at, bytes.length));
  if (transmission.truncateAt !== undefined) {
    const part = bytes.subarray(0, place(transmission.truncateAt));
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': type, 'content-length': bytes.length });
    reply.raw.write(part, () => reply.raw.destroy());
    return reply;
  }
  const sent = transmission.garbleAt === undefined ? bytes : bytes.subarray(0, place(transmission.garbleAt));
  return reply.type(type).send(sent);
}

function sendFile(reply: FastifyReply, answer: Extract<Answer, { file: Buffer }>): FastifyReply {
  if (answer.fileName !== undefined)
    reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(answer.fileName)}`);
  return reply.type(answer.contentType).send(answer.file);
}
