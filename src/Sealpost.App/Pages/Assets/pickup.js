// Passkeys on the page of a waiting message. It asks nobody and keeps nothing: options come with the page, the answer goes with its form.
(() => {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  const wordOf = error => error?.name === 'NotAllowedError' ? 'cancelled' : error?.name === 'InvalidStateError' ? 'known' : 'failed';
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const problem = form.querySelector('[data-problem]');
    const options = JSON.parse(form.dataset.options);
    form.hidden = false;
    for (const other of document.querySelectorAll('[data-without]')) other.hidden = true;
    form.addEventListener('submit', async event => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      problem.hidden = true;
      try {
        const credential = form.dataset.passkey === 'create'
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
        form.elements.credential.value = JSON.stringify(credential);
        form.requestSubmit();
      } catch (error) {
        problem.textContent = problem.dataset[wordOf(error)];
        problem.hidden = false;
      }
    });
  }
})();
