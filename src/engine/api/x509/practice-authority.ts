import { sha256 } from '@noble/hashes/sha2.js';
import type { Authority } from './certificate-authority.ts';

/**
 * The CA of every cluster that nobody gave another one. It is the same for all, and no secret: making one takes longer
 * than the rest of a cluster's start, and a lesson's certificates prove something in that lesson only. A server for
 * clients outside brings its own.
 */
export function practiceAuthority(): Authority {
  const secret = sha256(new TextEncoder().encode(SEED));
  return { certificate: CERTIFICATE, key: [...secret].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
}

/** With which `newAuthority` makes this certificate again. */
export const SEED = 'kubernotes';

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBQjCB6qADAgECAgkA4QcuwSsmDpgwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwK
a3ViZXJuZXRlczAeFw0yMDAxMDEwMDAwMDBaFw00OTEyMzEwMDAwMDBaMBUxEzAR
BgNVBAMMCmt1YmVybmV0ZXMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARad027
MEblaWaRyL0x/7PCTvQy26vutrLD1tmTMe/JM0PVml9sqqvt7BjyYGS9bnAy/8xt
2UpfGzEzMOpo/ayOoyMwITAOBgNVHQ8BAf8EBAMCAqQwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNHADBEAiAwNACL/kTQk05HESOWRLke8GiO+SuBi3WDC/Ap
RHQWqAIgEuB7hfoz0nIRtbSp1FpklC2Drvt/51+6dxb+TjDlVOw=
-----END CERTIFICATE-----
`;
