import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

const listen = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^:]+):\d{1,5}$/, 'has the form HOST:PORT, as 0.0.0.0:443')
  .transform((text) => {
    const colon = text.lastIndexOf(':');
    return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
  })
  .refine(({ port }) => port <= 65_535, 'has a port above 65535');

const bytes = z
  .union([z.number().int().positive(), z.string().regex(/^\d+(k|M|G)iB$/, 'is a number of bytes, or like 512MiB')])
  .transform((value) => {
    if (typeof value === 'number') return value;
    const unit = { k: 1024, M: 1024 ** 2, G: 1024 ** 3 }[value.at(-3) as 'k' | 'M' | 'G'];
    return Number.parseInt(value, 10) * unit;
  });

const configuration = z.strictObject({
  /** Where to listen, `HOST:PORT`. Port 0 takes a free one. */
  listen: listen.prefault('0.0.0.0:443'),
  /** What Outlook reaches the server by, `https://mail.example.com`; made from `listen` when left out. */
  publicUrl: z.url({ protocol: /^https$/, error: 'is an https URL, as https://mail.example.com' }).optional(),
  /** Folder for the database, the cache and the keys. */
  data: z.string().min(1).default('oxbow-data'),
  /** PEM files. Without them a local certificate authority is made in the data folder. */
  tls: z.strictObject({ certificate: z.string(), key: z.string() }).optional(),
  /** The groupware. */
  backend: z.strictObject({
    kind: z.literal('ox'),
    /** Base address of the HTTP API, as https://ox.example.com/appsuite/api */
    url: z.url({ error: 'is the address of the HTTP API, as https://ox.example.com/appsuite/api' }),
    /** PEM file of the authority that signed the groupware's certificate, when it is not a public one. */
    certificateAuthority: z.string().optional(),
    /** Appended to a login name that has no domain. */
    defaultDomain: z.string().optional(),
    /** Seconds between two looks for changes where the backend does not push. */
    pollSeconds: z.number().min(0.2).max(3600).default(20),
  }),
  /** Days that deleted mails and folders can be recovered in Outlook. */
  keepDeletedDays: z.number().int().min(0).max(3650).default(30),
  /** Most bytes of mail content kept from the backend. */
  contentCache: bytes.prefault('512MiB'),
  sessions: z
    .strictObject({
      /** Seconds without a request after which a session context ends (X-ExpirationInfo). */
      expirySeconds: z.number().int().min(10).max(86_400).default(900),
      /** Seconds between PENDING lines (X-PendingPeriod). */
      pendingSeconds: z.number().int().min(1).max(300).default(30),
      /** Seconds after which NotificationWait answers that nothing happened. */
      notificationWaitSeconds: z.number().int().min(1).max(300).default(300),
    })
    .prefault({}),
  logins: z
    .strictObject({
      /** Seconds a checked password is remembered (as a salted scrypt hash) before the backend is asked again. */
      rememberSeconds: z.number().int().min(0).max(86_400).default(300),
      /** Failures of one name from one address before further ones have to wait. */
      failuresBeforeDelay: z.number().int().min(1).max(100).default(5),
    })
    .prefault({}),
  log: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type Configuration = z.output<typeof configuration>;

/** A configuration that cannot be used: one line a mistake, naming the key and what is wrong with it. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[];

  constructor(source: string, problems: readonly string[]) {
    super([`${source}:`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/** Checks a configuration. `source` names it in errors. Throws ConfigurationError. */
export function checkConfiguration(value: unknown, source: string): Configuration {
  const result = configuration.safeParse(value ?? {});
  if (result.success) return result.data;
  throw new ConfigurationError(
    source,
    result.error.issues.flatMap((issue) => {
      const key = issue.path.join('.') || '(top level)';
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map((name) => `${[...issue.path, name].join('.')}: there is no such setting`);
      return [`${key}: ${issue.message}`];
    }),
  );
}

/** Reads a configuration file (YAML); relative paths in it are taken from the working folder. Throws ConfigurationError. */
export function readConfiguration(file: string): Configuration {
  let value: unknown;
  try {
    value = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigurationError(file, [(error as Error).message.split('\n')[0]!]);
  }
  const checked = checkConfiguration(value, file);
  return { ...checked, data: resolve(checked.data) };
}
