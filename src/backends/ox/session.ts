import { randomUUID } from 'node:crypto';
import { BackendError } from '../types.ts';
import { failureOf, isSessionLost, type OxEnvelope } from './errors.ts';
import { createOxHttp, isTurnedAway, type OxHttpOptions, type OxRequest, type OxResponse } from './http.ts';

type Query = OxRequest['query'];

/** What an answer came to: its value, or the envelope that says that the session is gone. */
type Outcome<T> = { readonly lost: OxEnvelope } | { readonly value: T };

/** One logged-in person: every call carries the session and is repeated once after a new login when it was lost. */
export interface OxSession {
  readonly userId: number;
  readonly contextId: number;
  readonly locale: string;
  /** `data` of a GET. */
  get(module: string, action: string, query: Query): Promise<unknown>;
  /** `data` of a PUT with a JSON body. */
  put(module: string, action: string, query: Query, body: unknown): Promise<unknown>;
  /** `data` of a request whose body is not JSON. `makeBody` is called again when the request is repeated. */
  send(
    method: 'PUT' | 'POST',
    module: string,
    action: string,
    query: Query,
    makeBody: () => NonNullable<OxRequest['body']>,
  ): Promise<unknown>;
  /** As `get` and `put`, with the stamp of the envelope. */
  getEnvelope(module: string, action: string, query: Query): Promise<OxEnvelope>;
  putEnvelope(module: string, action: string, query: Query, body: unknown): Promise<OxEnvelope>;
  /** The bytes of a download. */
  download(module: string, action: string | undefined, query: Query): Promise<AsyncIterable<Uint8Array>>;
  /** Envelopes of several calls in one request, in their order (ox-http-api 1.9). */
  multiple(calls: readonly Readonly<Record<string, unknown>>[]): Promise<OxEnvelope[]>;
  logout(): Promise<void>;
}

export interface OxCredentials {
  readonly userName: string;
  readonly password: string;
}

/** Logs in. Throws BackendError `auth` for a wrong name or password, `unavailable` otherwise. */
export async function openOxSession(options: OxHttpOptions, credentials: OxCredentials): Promise<OxSession> {
  const http = createOxHttp(options);
  let current = await logIn();
  let renewing: Promise<void> | undefined;

  async function logIn() {
    http.clearCookies();
    const form = new URLSearchParams({
      name: credentials.userName,
      password: credentials.password,
      client: 'oxbow',
      version: '1',
      authId: randomUUID(),
    });
    const answer = parse(
      await http.text(
        await http.send({
          method: 'POST',
          path: 'login',
          query: { action: 'login' },
          body: { type: 'application/x-www-form-urlencoded', data: form.toString() },
        }),
      ),
    ) as OxEnvelope & { session?: string; user_id?: number; context_id?: number; locale?: string };
    const failure = failureOf(answer);
    if (failure) throw failure;
    if (typeof answer.session !== 'string') throw new BackendError('unavailable', 'Open-Xchange gave no session');
    return {
      id: answer.session,
      userId: answer.user_id ?? 0,
      contextId: answer.context_id ?? 0,
      locale: answer.locale ?? 'en_US',
    };
  }

  async function renew(lost: string): Promise<void> {
    if (current.id !== lost) return;
    renewing ??= logIn()
      .then((fresh) => {
        current = fresh;
      })
      .finally(() => {
        renewing = undefined;
      });
    await renewing;
  }

  async function attempt<T>(request: () => OxRequest, read: (response: OxResponse) => Promise<Outcome<T>>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      const session = current.id;
      const wanted = request();
      let response: OxResponse;
      try {
        response = await http.send({ ...wanted, query: { ...wanted.query, session } });
      } catch (error) {
        if (tries > 0 || !isTurnedAway(error)) throw error;
        await renew(session);
        continue;
      }
      const outcome = await read(response);
      if ('value' in outcome) return outcome.value;
      if (tries > 0) throw failureOf(outcome.lost) ?? new BackendError('unavailable', 'the session was lost twice');
      await renew(session);
    }
  }

  async function readEnvelope(response: OxResponse): Promise<Outcome<OxEnvelope>> {
    const envelope = parse(await http.text(response));
    if (isSessionLost(envelope)) return { lost: envelope };
    const failure = failureOf(envelope);
    if (failure) throw failure;
    return { value: envelope };
  }

  async function readData(response: OxResponse): Promise<Outcome<unknown>> {
    const outcome = await readEnvelope(response);
    return 'value' in outcome ? { value: outcome.value.data } : outcome;
  }

  const withUtc = (query: Query): Query => ({ ...query, timezone: 'UTC' });
  const getEnvelope: OxSession['getEnvelope'] = (module, action, query) =>
    attempt(() => ({ method: 'GET', path: module, query: withUtc({ action, ...query }) }), readEnvelope);
  const putEnvelope: OxSession['putEnvelope'] = (module, action, query, body) =>
    attempt(
      () => ({ method: 'PUT', path: module, query: withUtc({ action, ...query }), body: jsonBody(body) }),
      readEnvelope,
    );

  return {
    get userId() {
      return current.userId;
    },
    get contextId() {
      return current.contextId;
    },
    get locale() {
      return current.locale;
    },
    get: async (module, action, query) => (await getEnvelope(module, action, query)).data,
    put: async (module, action, query, body) => (await putEnvelope(module, action, query, body)).data,
    getEnvelope,
    putEnvelope,
    send: (method, module, action, query, makeBody) =>
      attempt(() => ({ method, path: module, query: withUtc({ action, ...query }), body: makeBody() }), readData),
    download: (module, action, query) =>
      attempt(
        () => ({ method: 'GET', path: module, query: { action, ...query } }),
        async (response): Promise<Outcome<AsyncIterable<Uint8Array>>> => {
          if (!/javascript|json|html/.test(response.contentType)) return { value: complete(response) };
          const envelope = parse(await http.text(response));
          if (isSessionLost(envelope)) return { lost: envelope };
          throw failureOf(envelope) ?? new BackendError('unavailable', 'Open-Xchange sent JSON in place of a file');
        },
      ),
    multiple: (calls) =>
      attempt(
        () => ({
          method: 'PUT',
          path: 'multiple',
          query: { continue: true },
          body: jsonBody(calls),
        }),
        async (response): Promise<Outcome<OxEnvelope[]>> => {
          const answer: unknown = parse(await http.text(response));
          if (!Array.isArray(answer)) {
            const envelope = answer as OxEnvelope;
            if (isSessionLost(envelope)) return { lost: envelope };
            throw failureOf(envelope) ?? new BackendError('unavailable', 'Open-Xchange gave no list for multiple');
          }
          if (answer.length !== calls.length)
            throw new BackendError('unavailable', 'Open-Xchange left answers out of multiple');
          const lost = answer.find(isSessionLost);
          return lost ? { lost } : { value: answer };
        },
      ),
    async logout() {
      try {
        const response = await http.send({
          method: 'GET',
          path: 'login',
          query: { action: 'logout', session: current.id },
        });
        response.stream.resume();
      } catch {
        // The session ends by itself; nobody waits for the answer.
      }
      http.close();
    },
  };
}

const jsonBody = (value: unknown) => ({ type: 'application/json; charset=UTF-8', data: JSON.stringify(value) });

/** JSON, or the JSON inside the HTML page that answers an upload (ox-http-api 1.10). */
function parse(text: string): OxEnvelope {
  try {
    return JSON.parse(text);
  } catch {
    const start = text.indexOf('({');
    const end = text.lastIndexOf('})');
    if (start >= 0 && end > start) {
      try {
        return JSON.parse(text.slice(start + 1, end + 1));
      } catch {
        // Falls through to the error below.
      }
    }
    throw new BackendError('unavailable', 'Open-Xchange answered something that is no JSON');
  }
}

/** The stream of a response that must arrive whole: a truncated mail may never be taken for the mail. */
async function* complete(response: OxResponse): AsyncIterable<Uint8Array> {
  try {
    yield* response.stream;
  } catch (error) {
    throw new BackendError('unavailable', 'a download from Open-Xchange broke off', undefined, { cause: error });
  }
  if (!response.stream.complete) throw new BackendError('unavailable', 'a download from Open-Xchange broke off');
}
