import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { decodeBytes, encodeBytes } from '../../engine/api/base64.ts';
import type { Certificate } from '../../engine/api/x509/certificate.ts';
import { DerError, TAG, elementOf, elementsOf } from '../../engine/api/x509/der.ts';
import { nameText } from '../../engine/api/x509/names.ts';
import { pem, pemBlock } from '../../engine/api/x509/pem.ts';
import { verifySignature } from '../../engine/api/x509/signature.ts';
import type { Process, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import { BadSubject, extensionOf, makeCertificate, makeRequest, partsOfRequest, subjectOf } from './certify.ts';
import { certificateFrom, input, output, Refusal, type Options } from './in-and-out.ts';
import { keyPem, publicKeyOf, readKey, type PrivateKey } from './key.ts';
import { newRsaKey } from './rsa.ts';
import { connect } from './s-client.ts';
import { certificateText, colons, date, name, requestText } from './text.ts';
import { verify } from './verify.ts';

/** The commands, and the options of each: `=` after those that take a value. */
const COMMANDS: Readonly<
  Record<string, { options: string; run: (process: Process, options: Options, rest: readonly string[]) => Task<number> }>
> = {
  base64: { options: 'd e A a in= out=', run: base64 },
  dgst: { options: 'sha256 sha1 md5 sha384 sha512 r hex out=', run: digest },
  ecparam: { options: 'name= genkey noout out=', run: ecparam },
  genpkey: { options: 'algorithm= pkeyopt= out=', run: genpkey },
  genrsa: { options: 'out= traditional', run: genrsa },
  rand: { options: 'hex base64 out=', run: rand },
  req: {
    options: 'new x509 nodes noenc noout text subject verify pubkey in= out= key= keyout= newkey= subj= days= addext= sha256 batch',
    run: req,
  },
  enc: { options: 'base64 d e A a in= out=', run: encode },
  s_client: {
    options: 'connect= servername= CAfile= cert= key= showcerts verify= verify_return_error alpn= tls1_2 tls1_3 quiet',
    run: connect,
  },
  verify: { options: 'CAfile= untrusted= purpose= verify_hostname= verify_ip=', run: verify },
  version: { options: 'a', run: version },
  x509: {
    options:
      'noout text subject issuer dates startdate enddate serial fingerprint sha256 sha1 req CAcreateserial in= out= CA= CAkey= CAserial= copy_extensions= days= checkend= ext= inform= outform= set_serial=',
    run: x509,
  },
};
const ELSEWHERE = new Set(
  'asn1parse ca ciphers cms crl dhparam dsa ec errstr kdf ocsp passwd pkcs12 pkcs7 pkcs8 pkey pkeyutl prime rsa s_server speed ts'.split(
    ' ',
  ),
);

/** OpenSSL 3.5, as far as certificates of Kubernetes need it: RSA, and ECDSA on P-256, with SHA-256. */
export const openssl: Program = function* (process) {
  const [, command, ...args] = process.argv;
  if (command === undefined || command === 'help' || command === '--help') {
    yield* writeText(process.stderr, `help:\n\nStandard commands\n${Object.keys(COMMANDS).join('  ')}\n`);
    return 0;
  }
  const known = COMMANDS[command === 'sha256' || command === 'md5' || command === 'sha1' ? 'dgst' : command];
  if (known === undefined) {
    const text = ELSEWHERE.has(command)
      ? `openssl: ${command} is not modelled here`
      : `Invalid command '${command}'; type "help" for a list.`;
    yield* writeText(process.stderr, `${text}\n`);
    return 1;
  }
  try {
    const options = new Map<string, string>(command === 'dgst' || known !== COMMANDS['dgst'] ? [] : [[command, '']]);
    const names = known.options.split(' ');
    let i = 0;
    for (; args[i]?.startsWith('-') === true && args[i] !== '-'; i++) {
      const option = (args[i] as string).replace(/^--?/, '');
      if (names.includes(option)) options.set(option, '');
      else if (names.includes(`${option}=`)) {
        const value = args[++i];
        if (value === undefined) throw new Refusal(`${command}: Option -${option} needs a value\n${command}: Use -help for summary.`);
        options.set(option, options.has(option) ? `${options.get(option)}\n${value}` : value);
      } else throw new Refusal(`${command}: Unknown option or not modelled here: -${option}\n${command}: Use -help for summary.`);
    }
    return yield* known.run(process, options, args.slice(i));
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof DerError || error instanceof BadSubject)) throw error;
    yield* writeText(
      process.stderr,
      `${error instanceof BadSubject ? 'req: ' : ''}${error instanceof DerError ? `Unable to load: ${error.message}` : error.message}\n`,
    );
    return 1;
  }
};

const random = (process: Process, size: number): Uint8Array => Uint8Array.from({ length: size }, () => process.random(256));

// — keys

function* newKey(process: Process, kind: string): Task<PrivateKey> {
  const [, bits] = /^rsa(?::(\d+))?$/.exec(kind) ?? [];
  if (kind === 'ec') return { kind: 'ec', secret: random(process, 32) };
  if (!kind.startsWith('rsa')) throw new Refusal(`openssl: keys of the kind ${kind} are not modelled here`);
  const size = Number(bits ?? 2048);
  if (size < 1024 || size > 4096 || size % 32 !== 0) throw new Refusal(`openssl: RSA keys of ${bits} bits are not modelled here`);
  return { kind: 'rsa', rsa: yield* newRsaKey(process, size) };
}

function* genrsa(process: Process, options: Options, [bits = '2048']: readonly string[]): Task<number> {
  yield* output(process, options.get('out'), keyPem(yield* newKey(process, `rsa:${bits}`), options.has('traditional')), true);
  return 0;
}

function* genpkey(process: Process, options: Options): Task<number> {
  const algorithm = options.get('algorithm')?.toUpperCase();
  const bits = /rsa_keygen_bits:(\d+)/.exec(options.get('pkeyopt') ?? '')?.[1] ?? '2048';
  if (algorithm !== 'RSA' && algorithm !== 'EC')
    throw new Refusal(`genpkey: ${algorithm === undefined ? 'No algorithm given' : `the algorithm ${algorithm} is not modelled here`}`);
  yield* output(process, options.get('out'), keyPem(yield* newKey(process, algorithm === 'EC' ? 'ec' : `rsa:${bits}`)), true);
  return 0;
}

function* ecparam(process: Process, options: Options): Task<number> {
  const curve = options.get('name');
  if (curve !== 'prime256v1' && curve !== 'P-256') throw new Refusal(`ecparam: the curve ${curve} is not modelled here; prime256v1 is`);
  if (!options.has('genkey')) throw new Refusal('ecparam: without -genkey not modelled here');
  const parameters = options.has('noout') ? '' : '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
  yield* output(process, options.get('out'), parameters + keyPem(yield* newKey(process, 'ec'), true), true);
  return 0;
}

function* keyFrom(process: Process, path: string): Task<PrivateKey> {
  const key = readKey(decode(yield* input(process, path, 'private key')));
  if (key === undefined) throw new Refusal(`Could not read private key from ${path}`);
  return key;
}

// — requests and certificates

function* req(process: Process, options: Options): Task<number> {
  if (options.has('new') || options.has('newkey') || (options.has('x509') && options.has('key')))
    return yield* newRequest(process, options);
  const bytes = yield* input(process, options.get('in'), 'certificate request');
  const request = pemBlock(decode(bytes), 'CERTIFICATE REQUEST') ?? pemBlock(decode(bytes), 'NEW CERTIFICATE REQUEST');
  const parts = request === undefined ? undefined : partsOfRequest(request);
  if (request === undefined || parts === undefined) throw new Refusal(`Unable to load X509 request`);
  const { subject, publicKey, extensions } = parts;
  const [info, algorithm, signature] = elementsOf(elementOf(request, TAG.sequence).content);
  if (info === undefined || algorithm === undefined || signature === undefined) throw new Refusal('Unable to load X509 request');
  if (options.has('verify')) {
    try {
      verifySignature({ algorithm, publicKey, signed: info.raw, signature: signature.content.subarray(1) });
      yield* writeText(process.stderr, 'Certificate request self-signature verify OK\n');
    } catch {
      yield* writeText(process.stderr, 'Certificate request self-signature verify failure\n');
      return 1;
    }
  }
  let text = options.has('text') ? requestText(subject, publicKey, extensions, algorithm, signature.content.subarray(1)) : '';
  if (options.has('subject')) text += `subject=${name(nameText(subject))}\n`;
  if (!options.has('noout')) text += pem(request, 'CERTIFICATE REQUEST');
  yield* output(process, options.get('out'), text);
  return 0;
}

function* newRequest(process: Process, options: Options): Task<number> {
  const [path, subject] = [options.get('key'), options.get('subj')];
  if (subject === undefined) throw new Refusal('req: the questions for a subject are not modelled here; give it with -subj "/CN=…"');
  const name = subjectOf(subject);
  let key: PrivateKey;
  if (path === undefined) {
    if (!options.has('nodes') && !options.has('noenc')) throw new Refusal('req: keys with a pass phrase are not modelled here; use -nodes');
    key = yield* newKey(process, options.get('newkey') ?? 'rsa:2048');
    yield* output(process, options.get('keyout') ?? 'privkey.pem', keyPem(key), true);
  } else key = yield* keyFrom(process, path);
  const extensions = (options.get('addext')?.split('\n') ?? []).map((each) => {
    const made = extensionOf(each);
    if (made === undefined) throw new Refusal(`req: the extension '${each}' is not modelled here; subjectAltName is`);
    return made;
  });
  if (!options.has('x509')) {
    yield* output(process, options.get('out'), pem(makeRequest(key, name, extensions), 'CERTIFICATE REQUEST'));
    return 0;
  }
  const publicKey = publicKeyOf(key);
  const certificate = makeCertificate(key, {
    subject: name, publicKey, issuer: name, issuerPublicKey: publicKey, serial: serialOf(process), ...validity(process, options), extensions, authority: true,
  }); // prettier-ignore
  yield* output(process, options.get('out'), pem(certificate, 'CERTIFICATE'));
  return 0;
}

function serialOf(process: Process): Uint8Array {
  const serial = random(process, 20);
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  return serial;
}

function validity(process: Process, options: Options): { notBefore: number; notAfter: number } {
  const notBefore = Math.floor(process.now() / 1000) * 1000;
  return { notBefore, notAfter: notBefore + Number(options.get('days') ?? 30) * 86_400_000 };
}

function* x509(process: Process, options: Options): Task<number> {
  for (const form of ['inform', 'outform'])
    if ((options.get(form) ?? 'PEM').toUpperCase() !== 'PEM') throw new Refusal(`x509: the form ${options.get(form)} is not modelled here`);
  if (options.has('req')) return yield* signRequest(process, options);
  const certificate = yield* certificateFrom(process, options.get('in'));
  const { raw, serial, subjectText, issuerText, notBefore, notAfter } = certificate;
  let text = '';
  // In the order in which they were asked for.
  for (const option of options.keys()) {
    if (option === 'text') text += certificateText(certificate);
    else if (option === 'subject') text += `subject=${name(subjectText)}\n`;
    else if (option === 'issuer') text += `issuer=${name(issuerText)}\n`;
    else if (option === 'serial') text += `serial=${bytesToHex(serial).toUpperCase()}\n`;
    else if (option === 'fingerprint')
      text += options.has('sha1') ? `sha1 Fingerprint=${colons(sha1(raw))}\n` : `sha256 Fingerprint=${colons(sha256(raw))}\n`;
    else if (option === 'ext') text += extText(certificate, options.get('ext') ?? '');
    if (option === 'dates' || option === 'startdate') text += `notBefore=${date(notBefore)}\n`;
    if (option === 'dates' || option === 'enddate') text += `notAfter=${date(notAfter)}\n`;
  }
  const within = options.get('checkend');
  const expires = within !== undefined && notAfter <= process.now() + Number(within) * 1000;
  if (within !== undefined) text += expires ? 'Certificate will expire\n' : 'Certificate will not expire\n';
  if (!options.has('noout')) text += pem(raw, 'CERTIFICATE');
  yield* output(process, options.get('out'), text);
  return expires ? 1 : 0;
}

function extText(certificate: Certificate, wanted: string): string {
  if (wanted !== 'subjectAltName') throw new Refusal(`x509: -ext ${wanted} is not modelled here`);
  const lines = certificateText(certificate).split('\n');
  const at = lines.findIndex((line) => line.includes('X509v3 Subject Alternative Name'));
  return at < 0 ? 'No extensions in certificate\n' : `${lines[at]?.trim()}\n    ${lines[at + 1]?.trim()}\n`;
}

/** `x509 -req -CA ca.crt -CAkey ca.key`: what an authority does by hand. */
function* signRequest(process: Process, options: Options): Task<number> {
  const [authority, keyPath] = [options.get('CA'), options.get('CAkey') ?? options.get('CA')];
  if (authority === undefined || keyPath === undefined) throw new Refusal('x509: -req without -CA and -CAkey is not modelled here');
  const bytes = yield* input(process, options.get('in'), 'certificate request');
  const request = pemBlock(decode(bytes), 'CERTIFICATE REQUEST');
  const parts = request === undefined ? undefined : partsOfRequest(request);
  if (parts === undefined) throw new Refusal('Unable to load certificate request input');
  const issuer = yield* certificateFrom(process, authority);
  const key = yield* keyFrom(process, keyPath);
  const certificate = makeCertificate(key, {
    subject: parts.subject.raw, publicKey: parts.publicKey.raw, issuer: issuer.subject, issuerPublicKey: issuer.publicKey.raw,
    serial: serialOf(process), ...validity(process, options), extensions: options.get('copy_extensions')?.startsWith('copy') === true ? parts.extensions.map(({ raw }) => raw) : [], authority: false,
  }); // prettier-ignore
  yield* writeText(process.stderr, `Certificate request self-signature ok\nsubject=${name(nameText(parts.subject))}\n`);
  yield* output(process, options.get('out'), pem(certificate, 'CERTIFICATE'));
  return 0;
}

// — the rest

function* rand(process: Process, options: Options, [count]: readonly string[]): Task<number> {
  if (count === undefined || !/^\d+$/.test(count))
    throw new Refusal(count === undefined ? 'rand: Use -help for summary.' : `rand: Can't parse "${count}" as a number`);
  const bytes = random(process, Number(count));
  const text = options.has('hex')
    ? `${bytesToHex(bytes)}\n`
    : options.has('base64')
      ? `${(encodeBytes(bytes).match(/.{1,64}/g) ?? []).join('\n')}\n`
      : bytes;
  yield* output(process, options.get('out'), text);
  return 0;
}

/** `openssl enc -base64`; ciphers are not modelled. */
function* encode(process: Process, options: Options): Task<number> {
  if (!options.has('base64') && !options.has('a')) throw new Refusal('enc: only -base64 is modelled here');
  return yield* base64(process, options);
}

function* base64(process: Process, options: Options): Task<number> {
  const bytes = yield* input(process, options.get('in'), 'input');
  if (options.has('d')) {
    try {
      yield* output(process, options.get('out'), decodeBytes(decode(bytes).replace(/\s+/g, '')));
    } catch {
      return 1;
    }
    return 0;
  }
  const text = encodeBytes(bytes);
  yield* output(process, options.get('out'), options.has('A') ? text : (text.match(/.{1,64}/g) ?? []).map((line) => `${line}\n`).join(''));
  return 0;
}

const DIGESTS = {
  sha256: [sha256, 'SHA2-256'],
  sha384: [sha384, 'SHA2-384'],
  sha512: [sha512, 'SHA2-512'],
  sha1: [sha1, 'SHA1'],
  md5: [md5, 'MD5'],
} as const;

function* digest(process: Process, options: Options, files: readonly string[]): Task<number> {
  const which = (Object.keys(DIGESTS) as (keyof typeof DIGESTS)[]).find((each) => options.has(each)) ?? 'sha256';
  const [hash, title] = DIGESTS[which];
  let text = '';
  for (const file of files.length === 0 ? [undefined] : files) {
    const sum = bytesToHex(hash(yield* input(process, file, 'input')));
    text += options.has('r') ? `${sum} *${file ?? 'stdin'}\n` : `${title}(${file ?? 'stdin'})= ${sum}\n`;
  }
  yield* output(process, options.get('out'), text);
  return 0;
}

function* version(process: Process): Task<number> {
  yield* writeText(process.stdout, 'OpenSSL 3.5.1 1 Jul 2025 (Library: OpenSSL 3.5.1 1 Jul 2025)\n');
  return 0;
}
