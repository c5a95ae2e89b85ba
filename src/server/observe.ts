import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Store } from '../store/index.ts';
import type { Accounts } from './accounts.ts';
import type { Metrics } from './metrics.ts';

export interface Observed {
  readonly metrics: Metrics;
  readonly store: Store;
  /** Undefined until the server listens. */
  readonly accounts: () => Accounts | undefined;
}

/** Whether a request comes from this machine itself, and not through a proxy on it. */
export const isLocal = ({ ip, headers }: FastifyRequest): boolean =>
  /^(127\.|::1$|::ffff:127\.)/.test(ip) && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;

/** `/healthz` for load balancers, `/metrics` (Prometheus; from this machine only), and the duration of every request. */
export function observe(app: FastifyInstance, { metrics, store, accounts }: Observed): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.requests.observe({ route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    request.log.debug(
      { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
  });

  app.get('/healthz', async (_request, reply) => {
    try {
      await store.mailboxes();
      return { status: 'ok' };
    } catch {
      return reply.code(503).send({ status: 'the database does not answer' });
    }
  });

  app.get('/metrics', async (request, reply) => {
    if (!isLocal(request)) return reply.code(403).type('text/plain').send('Metrics are given to this machine only.\n');
    metrics.accounts.reset();
    let outbox = 0;
    for (const { status } of (await accounts()?.statuses()) ?? []) {
      metrics.accounts.inc({ state: status.state });
      outbox += status.outbox;
    }
    metrics.outbox.set(outbox);
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}
