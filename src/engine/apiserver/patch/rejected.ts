import { failure, type StatusError } from '../../api/errors.ts';

/** What the server answers where a patch is well-formed and cannot be applied; it does not say why. */
export function rejected(): StatusError {
  return failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}
