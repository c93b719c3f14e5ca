import { useEffect, useRef } from 'preact/hooks';
import { KEYS, strings } from './strings.ts';

/** The list of keys: `?` opens it wherever nothing is typed, and so does its button. */
export default function Keys() {
  const dialog = useRef<HTMLDialogElement>(null);
  const show = (): void => dialog.current?.showModal();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.key !== '?' || target.closest('input, textarea, select, [contenteditable]') !== null || dialog.current?.open === true)
        return;
      event.preventDefault();
      show();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <button type="button" class="quiet" title={strings.keysTitle} aria-label={strings.keysTitle} onClick={show}>
        ?
      </button>
      <dialog class="keys" ref={dialog} aria-labelledby="keys-title">
        <h2 id="keys-title">{strings.keysTitle}</h2>
        {KEYS.map(({ where, keys }) => (
          <section key={where} aria-label={where}>
            <h3>{where}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <form method="dialog">
          <button class="primary">{strings.dismiss}</button>
        </form>
      </dialog>
    </>
  );
}
