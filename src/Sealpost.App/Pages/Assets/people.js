// Passkeys, and signing out when nobody is there. Nothing of it is kept in the browser.
(() => {
  const call = (url, body) => fetch(url, { method: 'POST', headers: { 'X-Sealpost': '1' }, body: body ?? new URLSearchParams(), credentials: 'same-origin', cache: 'no-store' });

  const problemOf = async response => {
    try { return (await response.json()).detail; } catch { return null; }
  };

  const hasPasskeys = () => !!window.PublicKeyCredential && !!PublicKeyCredential.parseRequestOptionsFromJSON;

  const options = async (url, body) => {
    const response = await call(url, body);
    if (!response.ok) throw new Error(await problemOf(response) ?? 'The server did not answer. Load the page again.');
    return response.json();
  };

  let waiting = null;
  const show = async (url, mediation) => {
    waiting?.abort();
    waiting = new AbortController();
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await options(url));
    return navigator.credentials.get({ publicKey, mediation, signal: waiting.signal });
  };
  const make = async (url, body) => {
    waiting?.abort();
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(await options(url, body)) });
  };

  // A browser's own error names are not for people.
  const sentence = error => error?.name === 'NotAllowedError' ? 'It was cancelled, or it took too long. Try again.'
    : error?.name === 'InvalidStateError' ? 'This device has a passkey for you already. Use it, or another device.'
    : error?.name === 'SecurityError' ? 'Passkeys need the server\'s name in the address: use https, or localhost on the server itself.'
    : error?.message || 'That did not work. Try again.';

  const submit = (form, credential) => {
    form.elements.Credential.value = JSON.stringify(credential);
    form.dataset.ready = '1';
    form.requestSubmit();
  };

  const tell = (form, text) => {
    const place = form.querySelector('[data-passkey-problem]');
    if (place) { place.textContent = text; place.hidden = !text; }
  };

  document.addEventListener('submit', async event => {
    const form = event.target;
    if (!form.matches('form[data-passkey]') || form.dataset.ready) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tell(form, '');
    try {
      const credential = form.dataset.passkey === 'create'
        ? await make(form.dataset.options, new URLSearchParams(new FormData(form)))
        : await show(form.dataset.options);
      submit(form, credential);
    } catch (error) {
      if (error?.name !== 'AbortError') tell(form, sentence(error));
    }
  }, true);

  const offer = async () => {
    const forms = document.querySelectorAll('form[data-passkey]');
    if (!hasPasskeys()) {
      forms.forEach(form => { form.querySelector('[data-passkey-button]').disabled = true; tell(form, 'This browser has no passkeys.'); });
      document.querySelectorAll('details.other-way').forEach(other => { other.open = true; });
      return;
    }
    const form = document.querySelector('form[data-conditional]');
    if (!form || !await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
    try { submit(form, await show(form.dataset.options, 'conditional')); } catch { /* The person used another way. */ }
  };

  // For pages with a circuit: both answer null where it went well, else a sentence.
  const confirmPasskey = async () => {
    try {
      const credential = await show('/session/passkey');
      const response = await call('/session/confirm', new URLSearchParams({ credential: JSON.stringify(credential) }));
      return response.ok ? null : await problemOf(response) ?? 'That did not fit. Try again.';
    } catch (error) { return sentence(error); }
  };
  const confirmCode = async code => {
    const response = await call('/session/confirm', new URLSearchParams({ code }));
    return response.ok ? null : await problemOf(response) ?? 'That did not fit. Try again.';
  };
  const addPasskey = async name => {
    try {
      const credential = await make('/account/passkey');
      const response = await call('/account/passkey/done', new URLSearchParams({ credential: JSON.stringify(credential), name }));
      return response.ok ? null : await problemOf(response) ?? 'That did not work. Try again.';
    } catch (error) { return sentence(error); }
  };
  window.sealpostPeople = { confirmPasskey, confirmCode, addPasskey, hasPasskeys };

  // Automatic log-off. The server decides; the page tells it of activity, warns a minute before, and leaves.
  const warnSeconds = 60;
  const tellEvery = 45000;
  let active = false, told = 0, timer = 0, dialog = null;
  const leave = () => {
    if (window.onbeforeunload) window.onbeforeunload = null;
    location.assign('/sign-in?to=' + encodeURIComponent(location.pathname + location.search));
  };
  const ask = async () => {
    let state;
    try {
      const response = await fetch('/session', { credentials: 'same-origin', cache: 'no-store' });
      state = await response.json();
    } catch { timer = setTimeout(ask, 15000); return; }
    plan(state.seconds);
  };
  const plan = seconds => {
    clearTimeout(timer);
    if (seconds <= 0) { leave(); return; }
    if (seconds <= warnSeconds) { warn(seconds); return; }
    hush();
    timer = setTimeout(ask, Math.min(seconds - warnSeconds + 1, 30) * 1000);
  };
  const hush = () => { dialog?.close(); dialog?.remove(); dialog = null; };
  const warn = seconds => {
    if (!dialog) {
      dialog = document.createElement('dialog');
      dialog.className = 'modal idle-warning';
      dialog.setAttribute('aria-labelledby', 'idle-title');
      const title = document.createElement('h2');
      title.id = 'idle-title';
      title.textContent = 'Are you still there?';
      const text = document.createElement('p');
      const stay = document.createElement('button');
      stay.type = 'button';
      stay.className = 'button button-main';
      stay.textContent = 'Stay signed in';
      stay.addEventListener('click', async () => { told = 0; active = true; await tellServer(); });
      dialog.append(title, text, stay);
      dialog.addEventListener('cancel', event => event.preventDefault());
      document.body.append(dialog);
      dialog.showModal();
      stay.focus();
    }
    dialog.querySelector('p').textContent = `Nobody has done anything here for a while. In ${Math.ceil(seconds)} seconds you are signed out, so that nobody else can use your place.`;
    timer = setTimeout(ask, Math.min(5, seconds) * 1000);
  };
  const tellServer = async () => {
    if (!active || Date.now() - told < tellEvery) return;
    active = false;
    told = Date.now();
    try {
      const response = await call('/session/active');
      if (response.status === 401) { leave(); return; }
      plan((await response.json()).seconds);
    } catch { /* Asked again soon. */ }
  };
  const noteActivity = event => {
    if (dialog && event.type !== 'keydown' && !dialog.contains(event.target)) return;
    if (dialog) return; // Only the button answers the question.
    active = true;
    tellServer();
  };

  const start = () => {
    offer();
    document.querySelectorAll('form[data-demo]').forEach(form => form.requestSubmit());
    if (!('signedIn' in document.body.dataset)) return;
    for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchstart'])
      document.addEventListener(kind, noteActivity, { passive: true, capture: true });
    ask();
  };
  addEventListener('load', () => window.Blazor?.addEventListener?.('enhancedload', offer));
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start); else start();
})();
