import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import Fastify, { type FastifyInstance } from 'fastify';
import { SaxesParser } from 'saxes';
import {
  type AutodiscoverOptions,
  autodiscover,
  autodiscoverJson,
  outlookSchema,
} from '../../../src/protocols/autodiscover/index.ts';
import { BackendUnavailable, type Identity } from '../../../src/store/index.ts';

const anna: Identity = {
  address: 'anna@oxbow.test',
  displayName: 'Anna <& "Söhne">',
  legacyDn: '/o=Oxbow/cn=Recipients/cn=anna',
  tenant: 'oxbow.test',
};
const boss: Identity = {
  ...anna,
  address: 'boss@oxbow.test',
  displayName: 'Boss',
  legacyDn: '/o=Oxbow/cn=Recipients/cn=boss',
};

async function server(options: Partial<AutodiscoverOptions> = {}): Promise<FastifyInstance> {
  const fastify = Fastify({ routerOptions: { caseSensitive: false } });
  fastify.addHook('preHandler', async (request) => {
    request.identity = anna;
  });
  const all: AutodiscoverOptions = {
    mailboxes: {
      resolve: async (_identity, name) => {
        if (name.startsWith('down')) throw new BackendUnavailable('down');
        return [boss.address, boss.legacyDn].includes(name) ? boss : undefined;
      },
    },
    deploymentId: '6a9c0000-0000-4000-8000-000000000000',
    publicUrl: 'https://mail.oxbow.test',
    ...options,
  };
  await fastify.register(autodiscover(all));
  await fastify.register(autodiscoverJson(all));
  return fastify;
}

const requestXml = (content: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>${content}</Request></Autodiscover>`;
const ask = (content: string, schema = outlookSchema): string =>
  requestXml(`${content}<AcceptableResponseSchema>${schema}</AcceptableResponseSchema>`);

async function post(
  fastify: FastifyInstance,
  payload: string | Buffer,
  url = '/autodiscover/autodiscover.xml',
  headers = {},
) {
  const response = await fastify.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': 'text/xml', ...headers },
  });
  return { response, values: read(response.body) };
}

/** Text of elements by path below Response; the parser refuses what is not well formed. */
function read(xml: string): Map<string, string> {
  const parser = new SaxesParser({ xmlns: true });
  const path: string[] = [];
  const values = new Map<string, string>();
  parser.on('opentag', (tag) => {
    path.push(tag.local);
    values.set(`${path.slice(2).join('/')}@ns`, tag.uri);
    if (tag.attributes.Type) values.set(`${path.slice(2).join('/')}@Type`, tag.attributes.Type.value);
  });
  parser.on('text', (text) => {
    if (text.trim()) values.set(path.slice(2).join('/'), text);
  });
  parser.on('closetag', () => {
    path.pop();
  });
  parser.write(xml).close();
  return values;
}

describe('POX Autodiscover (MS-OXDSCLI)', () => {
  it('describes the mapiHttp provider, escaped, in both namespaces', async () => {
    const { response, values } = await post(await server(), ask(`<EMailAddress>${anna.address}</EMailAddress>`));
    assert.equal(response.statusCode, 200);
    assert.match(String(response.headers['content-type']), /^text\/xml/);
    assert.match(
      response.body,
      /^<\?xml .*<Autodiscover xmlns="http:\/\/schemas.microsoft.com\/exchange\/autodiscover\/responseschema\/2006">/s,
    );
    assert.equal(values.get('User@ns'), outlookSchema);
    assert.equal(values.get('User/DisplayName'), anna.displayName);
    assert.equal(values.get('User/LegacyDN'), anna.legacyDn);
    assert.equal(values.get('User/AutoDiscoverSMTPAddress'), anna.address);
    assert.equal(values.get('User/DeploymentId'), '6a9c0000-0000-4000-8000-000000000000');
    assert.equal(values.get('Account/Action'), 'settings');
    assert.match(response.body, /<Protocol Type="mapiHttp" Version="1">/);
    for (const [part, path] of [
      ['MailStore', 'emsmdb'],
      ['AddressBook', 'nspi'],
    ] as const) {
      for (const kind of ['InternalUrl', 'ExternalUrl']) {
        assert.match(
          values.get(`Account/Protocol/${part}/${kind}`)!,
          new RegExp(`^https://mail\\.oxbow\\.test/mapi/${path}/\\?MailboxId=[0-9a-f-]{36}@oxbow\\.test$`),
        );
      }
    }
  });

  it('announces web services only where they are served, and never EXCH or EXPR', async () => {
    const without = await post(await server(), ask(`<EMailAddress>${anna.address}</EMailAddress>`));
    assert.doesNotMatch(without.response.body, /EwsUrl|OOFUrl|OABUrl|EXCH<|EXPR/);
    assert.match(without.response.body, /<Type>EXHTTP<\/Type><Server>mail\.oxbow\.test<\/Server>/);
    const served = await server({ ewsPath: '/EWS/Exchange.asmx', offlineAddressBookPath: '/OAB/1/' });
    const { values } = await post(served, ask(`<EMailAddress>${anna.address}</EMailAddress>`));
    assert.equal(values.get('Account/Protocol/EwsUrl'), 'https://mail.oxbow.test/EWS/Exchange.asmx');
    assert.equal(values.get('Account/Protocol/OABUrl'), 'https://mail.oxbow.test/OAB/1/');
  });

  it('takes the address that the request came to when none is configured', async () => {
    const fastify = await server({ publicUrl: undefined });
    const { values } = await post(fastify, ask(`<EMailAddress>${anna.address}</EMailAddress>`), undefined, {
      host: 'pc:8443',
    });
    assert.match(values.get('Account/Protocol/MailStore/InternalUrl')!, /^http:\/\/pc:8443\/mapi\/emsmdb\//);
  });

  for (const url of [
    '/Autodiscover/Autodiscover.xml',
    '/AutoDiscover/AutoDiscover.xml',
    '/AUTODISCOVER/AUTODISCOVER.XML',
  ]) {
    it(`answers at ${url}`, async () => {
      const { values } = await post(await server(), ask(`<EMailAddress>ANNA@Oxbow.Test</EMailAddress>`), url);
      assert.equal(values.get('User/LegacyDN'), anna.legacyDn);
    });
  }

  it('finds a mailbox by LegacyDN in any case of letters', async () => {
    const { values } = await post(await server(), ask(`<LegacyDN>${anna.legacyDn.toUpperCase()}</LegacyDN>`));
    assert.equal(values.get('User/AutoDiscoverSMTPAddress'), anna.address);
  });

  it("describes another's mailbox to who may open it", async () => {
    const { values } = await post(await server(), ask(`<EMailAddress>${boss.address}</EMailAddress>`));
    assert.equal(values.get('User/LegacyDN'), boss.legacyDn);
    assert.equal(
      (await post(await server(), ask(`<LegacyDN>${boss.legacyDn}</LegacyDN>`))).values.get('User/DisplayName'),
      'Boss',
    );
  });

  for (const [code, what, payload] of [
    ['500', 'an address that is not there, or not for this user', ask('<EMailAddress>carla@oxbow.test</EMailAddress>')],
    ['501', 'what is no address', ask('<EMailAddress>anna</EMailAddress>')],
    ['600', 'neither address nor DN', ask('')],
    ['600', 'no schema', requestXml('<EMailAddress>anna@oxbow.test</EMailAddress>')],
    ['600', 'no XML', 'hello'],
    ['600', 'nothing', ''],
    [
      '600',
      'a document type',
      ask('<EMailAddress>anna@oxbow.test</EMailAddress>').replace('?>', '?><!DOCTYPE a [<!ENTITY x "anna">]>'),
    ],
    ['600', 'an unknown entity', ask('<EMailAddress>&x;@oxbow.test</EMailAddress>')],
    ['600', 'XML that does not end', ask('<EMailAddress>anna@oxbow.test</EMailAddress>').slice(0, -5)],
    ['600', 'too deep XML', ask('<a>'.repeat(20) + '</a>'.repeat(20))],
    ['600', 'too long text', ask(`<EMailAddress>${'a'.repeat(5000)}@oxbow.test</EMailAddress>`)],
    ['600', 'too large a body', ask(' '.repeat(70_000))],
    [
      '601',
      'the schema of ActiveSync',
      ask(
        '<EMailAddress>anna@oxbow.test</EMailAddress>',
        'http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006',
      ),
    ],
    ['603', 'a backend that does not answer', ask('<EMailAddress>down@oxbow.test</EMailAddress>')],
  ] as const) {
    it(`answers ${code} with HTTP 200 for ${what}`, async () => {
      const { response, values } = await post(await server(), payload);
      assert.equal(response.statusCode, 200);
      assert.equal(values.get('Error/ErrorCode'), code);
      assert.match(response.body, /<Error Time="\d\d:\d\d:\d\d\.\d{3}" Id="\d+">/);
      assert.equal(values.get('Error@ns'), 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006');
    });
  }

  it('answers 600 to a bare GET', async () => {
    const response = await (await server()).inject({ method: 'GET', url: '/autodiscover/autodiscover.xml' });
    assert.equal(response.statusCode, 200);
    assert.equal(read(response.body).get('Error/ErrorCode'), '600');
  });

  it('answers well-formed XML to any bytes', async () => {
    const fastify = await server();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          fc
            .string({ unit: 'binary', maxLength: 60 })
            .map((text) => Buffer.from(ask(`<EMailAddress>${text}</EMailAddress>`))),
        ),
        async (payload) => {
          const { response } = await post(fastify, payload);
          assert.equal(response.statusCode, 200);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('Autodiscover version 2', () => {
  const get = async (url: string, options = {}) => (await server(options)).inject({ method: 'GET', url });

  for (const url of [
    '/autodiscover/autodiscover.json?Email=anna@oxbow.test&Protocol=AutodiscoverV1',
    '/Autodiscover/AutoDiscover.json?email=anna%40oxbow.test&protocol=autodiscoverv1&RedirectCount=1',
    '/autodiscover/autodiscover.json/v1.0/anna@oxbow.test?Protocol=AutodiscoverV1',
  ]) {
    it(`tells where the XML is: ${url}`, async () => {
      const response = await get(url);
      assert.equal(response.statusCode, 200);
      assert.deepEqual(response.json(), {
        Protocol: 'AutodiscoverV1',
        Url: 'https://mail.oxbow.test/autodiscover/autodiscover.xml',
      });
    });
  }

  it('tells of EWS where it is served', async () => {
    const url = '/autodiscover/autodiscover.json?Email=anna@oxbow.test&Protocol=EWS';
    assert.equal((await get(url)).json().ErrorCode, 'ProtocolNotSupported');
    assert.equal(
      (await get(url, { ewsPath: '/EWS/Exchange.asmx' })).json().Url,
      'https://mail.oxbow.test/EWS/Exchange.asmx',
    );
  });

  for (const [url, code] of [
    ['/autodiscover/autodiscover.json?Protocol=EWS', 'MandatoryParameterMissing'],
    ['/autodiscover/autodiscover.json?Email=anna@oxbow.test', 'MandatoryParameterMissing'],
    ['/autodiscover/autodiscover.json/v1.0/anna@oxbow.test', 'MandatoryParameterMissing'],
    ['/autodiscover/autodiscover.json?Email=anna@oxbow.test&Protocol=Rest', 'ProtocolNotSupported'],
    ['/autodiscover/autodiscover.json?Email=a&Email=b&Protocol=EWS', 'MandatoryParameterMissing'],
  ] as const) {
    it(`answers ${code} to ${url}`, async () => {
      const response = await get(url);
      assert.equal(response.statusCode, 400);
      assert.equal(response.json().ErrorCode, code);
    });
  }
});
