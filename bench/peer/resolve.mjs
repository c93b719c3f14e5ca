// The peer's files are written for bundlers: relative imports without an extension. Node is told what they mean.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('.') || !context.parentURL?.includes('/@ngrok/webernetes/')) return next(specifier, context);
    for (const ending of ['', '.js', '/index.js']) {
      try {
        return next(specifier + ending, context);
      } catch (error) {
        if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'ERR_UNSUPPORTED_DIR_IMPORT') throw error;
      }
    }
    return next(specifier, context);
  },
});
