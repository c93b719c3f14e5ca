import type { ApiResponse } from '../types.ts';
import { API_AUDIENCE } from './bearer.ts';
import type { Tokens } from './tokens.ts';

// Everybody is told the address that the server advertises.
const KEYS = 'https://192.168.0.10:6443/openid/v1/jwks';

/** Service account issuer discovery (KEP-1393): how others check the cluster's tokens. */
export function openIdPage(path: string, tokens: Tokens): ApiResponse | undefined {
  const headers = { 'cache-control': 'public, max-age=3600' };
  switch (path) {
    case '/.well-known/openid-configuration':
      return {
        code: 200,
        headers: { ...headers, 'content-type': 'application/json' },
        body: {
          issuer: API_AUDIENCE,
          jwks_uri: KEYS,
          response_types_supported: ['id_token'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: [tokens.publicKey.alg],
        },
      };
    case '/openid/v1/jwks':
      return { code: 200, headers: { ...headers, 'content-type': 'application/jwk-set+json' }, body: { keys: [tokens.publicKey] } };
    default:
      return undefined;
  }
}
