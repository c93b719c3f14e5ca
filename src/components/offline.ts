/** Registers the service worker and says whether the page works without a network. Frames of other sites get none. */
const state = document.querySelector<HTMLElement>('#offline-state');
const base = document.body.dataset['base'] ?? '';

if ('serviceWorker' in navigator && window.top === window.self && import.meta.env.PROD) {
  void navigator.serviceWorker.register(`${base}/sw.js`, { scope: `${base}/` }).then((registration) => {
    void navigator.serviceWorker.ready.then(() => say('Works offline'));
    registration.addEventListener('updatefound', () => {
      const worker = registration.installing;
      worker?.addEventListener('statechange', () => {
        // An update waits until all pages are closed; a lesson is never interrupted.
        if (worker.state === 'installed' && navigator.serviceWorker.controller !== null) say('An update is ready for your next visit');
      });
    });
  });
}

function say(text: string): void {
  if (state !== null) state.textContent = text;
}
