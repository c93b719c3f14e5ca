import { parseCertificates } from '../../../api/x509/certificate.ts';
import { keyRefusal } from '../../../api/x509/private-key.ts';
import type { FileSystem } from '../../../os/process.ts';
import { decode } from '../../../os/text.ts';
import { ConfigError, type Server } from './nginx-config.ts';

/** A server with the certificate that its files hold. */
export type Loaded = Server & { readonly pem: string | undefined };

const BODY =
  '<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<center>The plain HTTP request was sent to HTTPS port</center>\r\n<hr><center>nginx/1.27.5</center>\r\n</body>\r\n</html>\r\n';

/** What nginx says to plain HTTP where it expects TLS. */
export const plainAnswer = `HTTP/1.1 400 Bad Request\r\nserver: nginx/1.27.5\r\ncontent-type: text/html\r\ncontent-length: ${BODY.length}\r\nconnection: close\r\n\r\n${BODY}`;

/** Throws `ConfigError` with nginx's sentence where the certificate or its key cannot be used. */
export function withCertificate(server: Server, files: FileSystem): Loaded {
  const { certificate, certificateKey, tlsPorts, place } = server;
  if (certificate === undefined) {
    if (tlsPorts.length > 0) throw new ConfigError(`no "ssl_certificate" is defined for the "listen ... ssl" directive in ${place}`);
    return { ...server, pem: undefined };
  }
  if (certificateKey === undefined) throw new ConfigError(`no "ssl_certificate_key" is defined for certificate "${certificate}"`);
  const pem = read(files, certificate, 'certificate');
  const key = read(files, certificateKey, 'certificate key');
  const [leaf] = parseCertificates(pem);
  const start = '(SSL: error:0480006C:PEM routines::no start line';
  if (leaf === undefined)
    throw new ConfigError(
      `cannot load certificate "${certificate}": PEM_read_bio_X509_AUX() failed ${start}:Expecting: TRUSTED CERTIFICATE)`,
    );
  if (!key.includes('PRIVATE KEY-----'))
    throw new ConfigError(
      `cannot load certificate key "${certificateKey}": PEM_read_bio_PrivateKey() failed ${start}:Expecting: ANY PRIVATE KEY)`,
    );
  if (keyRefusal(leaf, key) !== undefined)
    throw new ConfigError(
      `SSL_CTX_use_PrivateKey("${certificateKey}") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)`,
    );
  return { ...server, pem };
}

function read(files: FileSystem, given: string, what: string): string {
  const path = given.startsWith('/') ? given : `/etc/nginx/${given}`;
  if (files.exists(path) && files.stat(path).type === 'file') return decode(files.read(path));
  throw new ConfigError(
    `cannot load ${what} "${path}": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:calling fopen(${path}, r) error:10000080:BIO routines::no such file)`,
  );
}
