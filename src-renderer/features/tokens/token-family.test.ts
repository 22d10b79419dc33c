import { expect, it } from 'vitest';
import { fakeToken } from '../../testing/fake-tokens.ts';
import { familyRows, withDescendants } from './token-family.ts';

const parent = fakeToken({ id: 'parent', name: 'Parent' });
const child = fakeToken({ id: 'child', parentId: 'parent' });
const grandchild = fakeToken({ id: 'grandchild', parentId: 'child' });
const other = fakeToken({ id: 'other' });
const newestFirst = [grandchild, other, child, parent];

const outline = (rows: ReturnType<typeof familyRows>) => rows.map(({ token, depth, parentName }) => [token.id, depth, parentName]);

it('finds all that were minted with a token, wherever they stand', () => {
  expect([...withDescendants(newestFirst, 'parent')].sort()).toEqual(['child', 'grandchild', 'parent']);
  expect([...withDescendants(newestFirst, 'other')]).toEqual(['other']);
});

it('puts children below their parent', () => {
  expect(outline(familyRows(newestFirst, newestFirst))).toEqual([
    ['other', 0, null],
    ['parent', 0, null],
    ['child', 1, 'Parent'],
    ['grandchild', 2, 'child'],
  ]);
});

it('lets a child stand for itself where its parent is not shown, and still names the parent', () => {
  expect(outline(familyRows([child], newestFirst))).toEqual([['child', 0, 'Parent']]);
  expect(outline(familyRows([child], [child]))).toEqual([['child', 0, 'parent']]);
});
