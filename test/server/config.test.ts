import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, checkConfiguration } from '../../src/server/config.ts';

const minimal = { backend: { kind: 'ox', url: 'https://ox.example.com/appsuite/api' } };

test('a configuration of a backend alone is enough', () => {
  const config = checkConfiguration(minimal, 'test');
  assert.deepEqual(config.listen, { host: '0.0.0.0', port: 443 });
  assert.equal(config.contentCache, 512 * 1024 * 1024);
  assert.equal(config.sessions.expirySeconds, 900);
});

test('each mistake names its key and what is wrong', () => {
  const mistakes: [object, RegExp][] = [
    [{}, /backend: /],
    [{ backend: { kind: 'ox', url: 'ox.example.com' } }, /backend\.url: is the address of the HTTP API/],
    [{ ...minimal, listen: '443' }, /listen: has the form HOST:PORT/],
    [{ ...minimal, listen: 'a:99999' }, /listen: has a port above 65535/],
    [{ ...minimal, publicUrl: 'http://a' }, /publicUrl: is an https URL/],
    [{ ...minimal, contentCache: '5 apples' }, /contentCache: /],
    [{ ...minimal, colour: 'red' }, /colour: there is no such setting/],
    [{ ...minimal, sessions: { expiry: 5 } }, /sessions\.expiry: there is no such setting/],
    [{ ...minimal, logins: { rememberSeconds: -1 } }, /logins\.rememberSeconds: /],
  ];
  for (const [value, message] of mistakes)
    assert.throws(
      () => checkConfiguration(value, 'oxbow.yaml'),
      (error: unknown) =>
        error instanceof ConfigurationError && error.message.startsWith('oxbow.yaml:') && message.test(error.message),
      `${JSON.stringify(value)} → ${message}`,
    );
});

test('sizes are bytes or have a unit', () => {
  assert.equal(checkConfiguration({ ...minimal, contentCache: '2GiB' }, 'test').contentCache, 2 * 1024 ** 3);
  assert.equal(checkConfiguration({ ...minimal, contentCache: 1000 }, 'test').contentCache, 1000);
});
