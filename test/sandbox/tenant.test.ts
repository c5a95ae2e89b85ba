import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTenant, parseTenant, TenantError, trialTenant } from '../../src/sandbox/index.ts';

const good = { context: 1, domains: ['a.test'], people: [{ login: 'x', password: 'y' }] };

function problems(value: unknown): readonly string[] {
  try {
    checkTenant(value);
  } catch (error) {
    assert.ok(error instanceof TenantError);
    return error.problems;
  }
  return [];
}

test('each problem names its key', () => {
  assert.deepEqual(problems(good), []);
  const cases: [unknown, RegExp][] = [
    [{ ...good, context: 0 }, /^context: /],
    [{ ...good, domains: [] }, /^domains: /],
    [{ ...good, people: [{ login: 'a b', password: 'y' }] }, /^people\[0\]\.login: letters/],
    [{ ...good, people: [{ login: 'x', password: 'y', adress: 'q' }] }, /^people\[0\]: .*adress/],
    [{ ...good, people: [{ login: 'x', password: 'y', birthday: '31.12.1999' }] }, /^people\[0\]\.birthday: /],
    [{ ...good, people: [{ login: 'x', password: 'y', timezone: 'Mars' }] }, /^people\[0\]\.timezone: /],
    [{ ...good, people: [{ login: 'x', password: 'y', certificate: '!!' }] }, /^people\[0\]\.certificate: /],
    [{ ...good, people: [{ login: 'x' }] }, /^people\[0\]\.password: missing/],
    [{ ...good, people: [...good.people, ...good.people] }, /^people\[1\]\.login: x is there twice/],
    [{ ...good, people: [{ ...good.people[0], aliases: ['x@b.test'] }] }, /^people\[0\]\.aliases\[0\]: .*domains/],
    [{ ...good, people: [] }, /^people: nobody/],
    [{ ...good, groups: [{ name: 'g', members: ['q'] }] }, /^groups\[0\]\.members\[0\]: .*q/],
    [{ ...good, rooms: [{ name: 'x' }] }, /^rooms\[0\]\.address: .*already/],
    [{ ...good, delegates: [{ owner: 'x', delegate: 'q' }] }, /^delegates\[0\]\.delegate: .*q/],
    [
      { ...good, publicFolders: [{ title: 'P', module: 'tasks', permissions: [{ who: 'q', role: 'reader' }] }] },
      /^publicFolders\[0\]\.permissions\[0\]\.who: .*q/,
    ],
    [{ ...good, generate: { people: 0 } }, /^generate\.people: /],
  ];
  for (const [value, expected] of cases) assert.match(problems(value)[0] ?? '', expected);
});

test('YAML that is none is told with its place', () => {
  assert.throws(() => parseTenant('context: [1', 'x.yaml'), /x\.yaml:[\s\S]*line 1/);
});

test('the trial tenant is a valid file with three people', () => {
  assert.deepEqual(
    trialTenant().people?.map(({ login }) => login),
    ['anna', 'ben', 'carla'],
  );
});
