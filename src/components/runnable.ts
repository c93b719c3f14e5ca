import { strings } from './strings.ts';

/** Gives each block of shell lines in the text a button that types them into the page's terminal. */
for (const block of document.querySelectorAll<HTMLPreElement>('.prose pre')) {
  // Long lines scroll, and whoever has no mouse must be able to scroll them.
  block.tabIndex = 0;
  const code = block.querySelector('code');
  const language = `${block.dataset['language'] ?? ''} ${block.className} ${code?.className ?? ''}`;
  if (code === null || !/\b(language-)?(sh|bash|shell)\b/.test(language)) continue;
  const frame = document.createElement('div');
  frame.className = 'runnable';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = strings.runLines;
  button.setAttribute('aria-label', `${strings.runLines}: ${code.textContent.trim()}`);
  button.addEventListener('click', async () => {
    const lines = code.textContent.split('\n').filter((line) => line.trim() !== '');
    button.disabled = true;
    try {
      const [{ play }, { type }] = await Promise.all([import('./play.ts'), import('./lab.ts')]);
      await play(lines, type);
    } finally {
      button.disabled = false;
    }
  });
  block.replaceWith(frame);
  frame.append(block, button);
}
