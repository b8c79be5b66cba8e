// Small things that a page cannot do from the server: dialogs, theme, keys, copying, saving files.
(() => {
  const root = document.documentElement;

  const showModal = dialog => { if (dialog && !dialog.open) dialog.showModal(); };
  const closeModal = dialog => { if (dialog && dialog.open) dialog.close(); };
  const openPalette = () => {
    const dialog = document.querySelector('dialog[data-palette=dialog]');
    showModal(dialog);
    dialog?.querySelector('input')?.focus();
  };

  const dark = () => root.dataset.theme === 'dark' || (root.dataset.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  const paint = () => root.classList.toggle('is-dark', dark());
  const toggleTheme = () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax; secure`;
    paint();
  };

  document.addEventListener('click', event => {
    const target = event.target.closest?.('[data-palette=open],[data-theme-toggle],[data-reload],[data-print],[data-copy],[data-close-dialog],[data-reconnect],dialog');
    if (!target) return;
    if (target.matches('[data-palette=open]')) openPalette();
    else if (target.matches('[data-theme-toggle]')) toggleTheme();
    else if (target.matches('[data-reload]')) location.reload();
    else if (target.matches('[data-print]')) print();
    else if (target.matches('[data-copy]')) copy(target);
    else if (target.matches('[data-close-dialog]')) closeModal(target.closest('dialog'));
    else if (target.matches('[data-reconnect]')) tryAgain();
    else if (target === event.target && target.dataset.palette === 'dialog') target.close();
  });

  const copy = async button => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.getAttribute('aria-label');
    button.setAttribute('aria-label', 'Copied');
    button.classList.add('copied');
    setTimeout(() => { button.setAttribute('aria-label', label ?? 'Copy'); button.classList.remove('copied'); }, 1500);
  };

  // The connection: while it is tried again nothing can be done, so the dialog is modal. Once it is lost for good the page stays as it is,
  // readable under a notice, so that what was typed can be copied; only the person loads it anew.
  const reconnect = document.getElementById('components-reconnect-modal');
  const tryAgain = async () => {
    try { if (await window.Blazor.reconnect()) { closeModal(reconnect); return tellAgain(); } } catch { /* Still away: the notice stays. */ }
    reconnect?.classList.add('components-reconnect-failed');
  };
  reconnect?.addEventListener('components-reconnect-state-changed', event => {
    const state = event.detail?.state;
    if (state === 'show' || state === 'retrying' || state === 'paused') { if (!reconnect.open) showModal(reconnect); }
    else if (state === 'hide') { closeModal(reconnect); tellAgain(); }
    else if (state === 'failed' || state === 'rejected' || state === 'resume-failed') { closeModal(reconnect); reconnect.show(); }
  });
  // Coming back to a tab that slept is a good moment to try again.
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible' && reconnect?.open && reconnect.classList.contains('components-reconnect-failed')) tryAgain(); });

  // Fields under data-keep: the server hears of each although the connection was away when it changed, and no page is closed over one that it has not heard of.
  // It has heard of a change once it answers a call that was sent after it: the calls of a page come in order. What was under way when the connection broke is
  // never answered. data-keep=form is saved by a button only, so that its fields ask until the form is gone; data-live tells at every letter, and who saves it says when it is saved.
  const unheard = new Map(), touched = new Set();
  let changes = 0, telling = 0;
  const formOf = field => field.matches?.('input:not([type=file],[type=search]),select,textarea') ? field.closest('[data-keep]') : null;
  const hear = async (field, change) => {
    try { await window.DotNet.invokeMethodAsync('sealpost', 'Heard'); } catch { return; }
    if (unheard.get(field) === change) unheard.delete(field);
  };
  const changed = event => {
    const field = event.target, keep = formOf(field)?.dataset.keep ?? 'no';
    if (keep === 'no') return;
    const change = ++changes, live = 'live' in field.dataset;
    unheard.set(field, change);
    if (keep === 'form') touched.add(field);
    if (live) window.sealpost.guard(true);
    if (live || event.type === 'change') setTimeout(() => hear(field, change)); // Behind the change itself, which the page's own listener sends.
  };
  const tellAgain = () => {
    clearTimeout(telling);
    telling = setTimeout(() => {
      for (const field of [...unheard.keys()]) {
        unheard.delete(field);
        if (field.isConnected && (field.type !== 'radio' || field.checked)) for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
      }
      document.dispatchEvent(new Event('sealpost:again'));
    });
  };
  document.addEventListener('input', changed);
  document.addEventListener('change', changed);
  addEventListener('beforeunload', event => { if ([...unheard.keys(), ...touched].some(field => field.isConnected)) event.preventDefault(); });

  const showKeys = () => showModal(document.querySelector('dialog[data-keys]'));

  // Keys: Ctrl+K finds; g then a letter goes; both stay out of the way of typing.
  let g = 0;
  const places = { h: '', c: '/campaigns', a: '/audiences', p: '/patients', t: '/content', w: '/authorizations', l: '/ledger', d: '/disclosures' };
  document.addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') { event.preventDefault(); openPalette(); return; }
    if (event.target.closest?.('input,textarea,select,[contenteditable],dialog[open]') || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'g') { g = event.timeStamp; return; }
    if (event.timeStamp - g < 1200 && event.key in places) {
      const organisation = location.pathname.match(/^\/o\/\d+/)?.[0];
      if (organisation) window.Blazor?.navigateTo(organisation + places[event.key]);
    }
    if (event.key === 'z') { const undo = [...document.querySelectorAll('[data-undo]:not(:disabled)')].pop(); if (undo) { event.preventDefault(); undo.click(); } return; }
    if (event.key === '?') { event.preventDefault(); showKeys(); return; }
    if (event.key === '/') { const field = document.querySelector('[data-find]'); if (field) { event.preventDefault(); field.focus(); } }
    g = 0;
  });

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
  paint();

  // On a telephone the rows of a table are read downwards: each cell carries the name of its column along.
  const narrow = matchMedia('(max-width: 40rem)');
  const label = table => {
    const heads = [...table.tHead?.rows[0]?.cells ?? []].map(head => head.querySelector('.visually-hidden') ? '' : head.textContent.trim());
    for (const row of [...table.tBodies].flatMap(body => [...body.rows])) {
      if (row.cells.length === heads.length) heads.forEach((head, i) => { if (row.cells[i].dataset.label !== head) row.cells[i].dataset.label = head; });
    }
  };
  let labelling = 0;
  const labelSoon = () => { if (narrow.matches) labelling ||= requestAnimationFrame(() => { labelling = 0; document.querySelectorAll('table.table').forEach(label); }); };
  narrow.addEventListener('change', labelSoon);
  new MutationObserver(labelSoon).observe(document.body, { childList: true, subtree: true });
  labelSoon();

  window.sealpost = {
    showModal, closeModal,
    focus: element => element?.focus(),
    // What the palette does in the browser itself.
    run: what => { if (what === 'theme') toggleTheme(); else if (what === 'keys') showKeys(); },
    // A file that the server streams: it never becomes an address.
    save: async (name, type, stream) => {
      const blob = new Blob([await stream.arrayBuffer()], { type });
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    },
    // Asks before a page with unsaved changes is left.
    guard: on => { window.onbeforeunload = on ? event => { event.preventDefault(); } : null; },
  };
})();
