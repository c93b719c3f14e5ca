import { FileError } from '../../engine/os/process.ts';
import type { Status } from '../../engine/api/meta.ts';
import { ConnectionError } from './transport.ts';

/** Ends the command with `error: …`. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly code = 1,
  ) {
    super(message);
  }
}

/** Ends the command with its message alone: errors that client-go words, such as a failed look-up of a kind. */
export class BareError extends CommandError {}

/** A wrong use of a command: names its help. */
export class UsageError extends CommandError {
  constructor(command: string, message: string) {
    super(`${message}\nSee '${command} -h' for help and examples`);
  }
}

/** A wrong use that the command answers with its help on standard output; without a message that is no failure. */
export class HelpError extends CommandError {
  constructor(message: string) {
    super(message, message === '' ? 0 : 1);
  }
}

/** Ends the command with what has been printed already. */
export class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** The server's refusal. `message` may have been prefixed with what kubectl was doing. */
export class ServerError extends Error {
  constructor(
    readonly status: Status,
    message = status.message ?? '',
  ) {
    super(message);
  }
  get reason(): string {
    return this.status.reason ?? '';
  }
  get code(): number {
    return this.status.code ?? 500;
  }
}

/** The same failure, saying what kubectl was doing: cmdutil.AddSourceToErr. */
export function during(error: unknown, verb: string, source: string): unknown {
  const told = `error when ${verb} "${source}": ${toldBy(error)}`;
  if (source === '') return error;
  if (error instanceof ServerError) return new ServerError(error.status, told);
  if (!(error instanceof ConnectionError)) return error;
  const telling = new CommandError(told);
  telling.cause = error;
  return telling;
}

/** Several failures of a command that went on after each. */
export class Failures extends Error {
  constructor(readonly errors: readonly unknown[]) {
    super(errors.map((error) => (error instanceof Error ? error.message : String(error))).join('\n'));
  }
}

export function isReason(error: unknown, reason: string): error is ServerError {
  return error instanceof ServerError && error.reason === reason;
}

/** Throws what went wrong, if anything did. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new Failures(errors);
}

/** What `cmdutil.CheckErr` prints before kubectl ends. */
export function errorText(error: unknown, server: string): string {
  if (error instanceof ServerError && error.reason === 'Invalid') return invalidText(error);
  if (error instanceof Failures)
    return flatten(error)
      .map((each) => endLine(standardText(each, server) ?? messageOf(each)))
      .join('');
  const message = standardText(error, server) ?? messageOf(error);
  const known =
    error instanceof BareError || standardText(error, server) !== undefined || /^(error: |Error in configuration: )/.test(message);
  return endLine(known ? message : `error: ${message}`);
}

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function flatten(failures: Failures): unknown[] {
  return failures.errors.flatMap((error) => (error instanceof Failures ? flatten(error) : [error]));
}

function messageOf(error: unknown): string {
  if (error instanceof FileError) return `open ${error.path}: ${error.message.toLowerCase()}`;
  return error instanceof Error ? error.message : String(error);
}

/** An error's own words, as they stand within another's. */
export function toldBy(error: unknown): string {
  return error instanceof ConnectionError ? `${error.asked}${error.message}` : messageOf(error);
}

function standardText(error: unknown, server: string): string | undefined {
  if (error instanceof ServerError) {
    if (error.reason === 'Unauthorized') return `error: You must be logged in to the server (${error.message})`;
    return error.reason === '' ? `Error from server: ${error.message}` : `Error from server (${error.reason}): ${error.message}`;
  }
  if (error instanceof ConnectionError) {
    if (error.code === 'ECONNREFUSED')
      return `The connection to the server ${hostOf(server)} was refused - did you specify the right host or port?`;
    return `Unable to connect to the server: ${error.message}`;
  }
  return undefined;
}

function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

function invalidText(error: ServerError): string {
  const { details } = error.status;
  const causes = details?.causes ?? [];
  let head = 'The request is invalid';
  if (details === undefined) return `${head}: ${error.message}\n`;
  if ((details.kind ?? '') !== '' || (details.name ?? '') !== '')
    head = `The ${details.kind ?? ''} ${JSON.stringify(details.name ?? '')} is invalid`;
  else if (error.message !== '' && causes.length === 0) head = `${head}: ${error.message}`;
  const lines = [...new Set(causes.map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`))];
  if (lines.length === 0) return `${head}\n`;
  return lines.length === 1 ? `${head}: ${lines[0] as string}\n` : `${head}: \n${lines.map((line) => `* ${line}\n`).join('')}`;
}
