import type { UserInfo } from '../authn/user.ts';
import { first, type RequestInfo } from '../route.ts';
import type { ApiRequest } from '../types.ts';
import type { Attributes } from './authorizer.ts';

const COLLECTION = new Set(['list', 'watch', 'deletecollection']);
const EQUAL = /^([^=!,]+)==?([^=!,]*)$/;

/** What a request wants to do. A list of the one object of a name counts as being of that name, as in upstream's RequestInfo. */
export function attributesOf(request: ApiRequest, info: RequestInfo, user: UserInfo): Attributes {
  const selector = COLLECTION.has(info.verb) ? first(request, 'fieldSelector') : undefined;
  if (selector === undefined || selector === '') return { ...info, user };
  const fields: Record<string, string> = {};
  for (const term of selector.split(',')) {
    const [, field, value = ''] = EQUAL.exec(term) ?? [];
    if (field !== undefined) fields[field] = value;
  }
  const name = fields['metadata.name'] ?? '';
  return { ...info, user, fields, name: info.name === '' && isPathSegment(name) ? name : info.name };
}

const isPathSegment = (name: string): boolean => name !== '.' && name !== '..' && !/[/%]/.test(name);
