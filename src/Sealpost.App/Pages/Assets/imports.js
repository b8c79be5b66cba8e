// Hands files over as they are, one after the other, with a bar for each; the server seals them as they arrive.
(() => {
  const row = (zone, name) => {
    const line = document.createElement('p');
    line.className = 'row upload-row';
    const label = document.createElement('span');
    label.className = 'grow wrap-anywhere';
    label.textContent = name;
    const bar = document.createElement('progress');
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute('aria-label', `Handing over ${name}`);
    line.append(label, bar);
    zone.parentElement.querySelector('[data-upload-progress]').append(line);
    return { line, bar, fail: text => { line.classList.add('field-error'); bar.remove(); label.textContent = `${name}: ${text}`; } };
  };

  const send = (zone, file, shown) => new Promise(done => {
    const call = new XMLHttpRequest();
    call.open('POST', zone.dataset.drop);
    call.setRequestHeader('X-Sealpost', '1');
    call.setRequestHeader('X-File-Name', encodeURIComponent(file.name));
    call.setRequestHeader('Content-Type', 'application/octet-stream');
    call.upload.onprogress = event => { if (event.lengthComputable) shown.bar.value = event.loaded / event.total; };
    call.onload = () => {
      if (call.status < 300) { shown.line.remove(); done(); return; }
      let text = 'it was not taken. Try again.';
      try { text = JSON.parse(call.responseText).detail ?? text; } catch { /* Not ours: a proxy answered. */ }
      shown.fail(text);
      done();
    };
    call.onerror = () => { shown.fail('the connection broke off. Try again.'); done(); };
    call.send(file);
  });

  const take = async (zone, files) => {
    const list = [...files].map(file => [file, row(zone, file.name)]);
    for (const [file, shown] of list) {
      await send(zone, file, shown);
      zone.parentElement.querySelector('[data-uploaded]')?.click();
    }
  };

  document.addEventListener('change', event => {
    if (!event.target.matches?.('[data-upload]')) return;
    take(event.target.closest('[data-drop]'), event.target.files).then(() => { event.target.value = ''; });
  });
  for (const kind of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(kind, event => {
      const zone = event.target.closest?.('[data-drop]');
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle('drop-over', kind === 'dragover');
      if (kind === 'drop' && event.dataTransfer) take(zone, event.dataTransfer.files);
    });
  }
})();
