// Before the first paint, so that a dark window never flashes white. A file of its own because the CSP allows no inline script.
(() => {
  let kept = null;
  try {
    kept = localStorage.getItem('openclaw.theme');
  } catch {}
  const dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
