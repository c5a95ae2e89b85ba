import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What operators watch; the names are part of the product (docs/operating.md lists them). */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Histogram<'route' | 'status'>;
  readonly logins: Counter<'result'>;
  readonly contexts: Gauge;
  readonly outbox: Gauge;
  readonly accounts: Gauge<'state'>;
  readonly syncErrors: Counter<'kind'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'oxbow_' });
  const registers = [registry];
  return {
    registry,
    requests: new Histogram({
      name: 'oxbow_http_request_seconds',
      help: 'Duration of HTTP requests by route and status',
      labelNames: ['route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers,
    }),
    logins: new Counter({
      name: 'oxbow_logins_total',
      help: 'Passwords asked of the groupware, by result',
      labelNames: ['result'],
      registers,
    }),
    contexts: new Gauge({ name: 'oxbow_session_contexts', help: 'Open MAPI/HTTP session contexts', registers }),
    outbox: new Gauge({
      name: 'oxbow_outbox_rows',
      help: 'Changes accepted from clients and not yet on the groupware',
      registers,
    }),
    accounts: new Gauge({
      name: 'oxbow_accounts',
      help: 'Accounts by state of their synchronization',
      labelNames: ['state'],
      registers,
    }),
    syncErrors: new Counter({
      name: 'oxbow_sync_errors_total',
      help: 'Failed calls to the groupware, by kind',
      labelNames: ['kind'],
      registers,
    }),
  };
}
